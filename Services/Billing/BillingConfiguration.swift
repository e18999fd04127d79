// SPDX-License-Identifier: Apache-2.0

package import Settings

/// Billing has no settings of its own yet: limits and prices are rows, and every service's settings do for the rest.
package struct BillingConfiguration: ServiceSettings {
    package init(_ reader: inout SettingsReader) {}
}
