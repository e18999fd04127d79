// SPDX-License-Identifier: Apache-2.0

package import Settings

/// Moderation has no settings of its own yet: policies are rows, and every service's settings do for the rest.
package struct ModerationConfiguration: ServiceSettings {
    package init(_ reader: inout SettingsReader) {}
}
