// SPDX-License-Identifier: Apache-2.0

/// What an organisation may use. nil means no limit. The numbers are rows in billing's tables, never code.
package struct Limits: Hashable, Sendable {
    package var requestsPerMinute: Int64?
    package var requestsPerDay: Int64?
    package var tokensPerDay: Int64?
    package var tokensPerMonth: Int64?

    package init(
        requestsPerMinute: Int64?, requestsPerDay: Int64?, tokensPerDay: Int64?, tokensPerMonth: Int64?
    ) {
        self.requestsPerMinute = requestsPerMinute
        self.requestsPerDay = requestsPerDay
        self.tokensPerDay = tokensPerDay
        self.tokensPerMonth = tokensPerMonth
    }
}
