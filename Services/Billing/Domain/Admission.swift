// SPDX-License-Identifier: Apache-2.0

/// What the buckets say about one request, and what the client is told of it.
package struct Admission: Hashable, Sendable {
    /// Which limit refused. The raw values are on the wire and in metrics.
    package enum Refusal: String, Sendable, CaseIterable {
        case requestsPerMinute = "requests_per_minute"
        case requestsPerDay = "requests_per_day"
        case tokensPerDay = "tokens_per_day"
        case tokensPerMonth = "tokens_per_month"
    }

    /// How much of one window is left. A limit of nil means the window is not limited.
    package struct Window: Hashable, Sendable {
        package var limit: Int64?
        package var remaining: Int64
        package var reset: Duration

        package init(limit: Int64?, remaining: Int64, reset: Duration) {
            self.limit = limit
            self.remaining = max(0, remaining)
            self.reset = max(.zero, reset)
        }

        /// The share of the window that is left, 1 when it is not limited.
        var share: Double {
            guard let limit, limit > 0 else { return 1 }
            return Double(remaining) / Double(limit)
        }
    }

    package var refusal: Refusal?
    package var retryAfter: Duration
    package var requests: Window
    package var tokens: Window
    package var lease: Lease

    /// Requests a gateway may admit on its own, already taken from the bucket.
    ///
    /// The overshoot is therefore zero; what a gateway does not use of a lease is lost to the organisation for at most
    /// one refill of the minute bucket, which is the price of not asking for every request.
    package struct Lease: Hashable, Sendable {
        package var requests: Int64
        package var duration: Duration
        package static let none = Lease(requests: 0, duration: .zero)

        package init(requests: Int64, duration: Duration) {
            self.requests = requests
            self.duration = duration
        }
    }

    package init(
        refusal: Refusal?, retryAfter: Duration, requests: [Window], tokens: [Window], lease: Lease
    ) {
        self.refusal = refusal
        self.retryAfter = retryAfter
        self.requests = Self.tightest(requests)
        self.tokens = Self.tightest(tokens)
        self.lease = lease
    }

    /// The window that will refuse first, as far as today's numbers tell: the one with the smallest share left.
    static func tightest(_ windows: [Window]) -> Window {
        windows.filter { $0.limit != nil }.min { $0.share < $1.share }
            ?? Window(limit: nil, remaining: 0, reset: .zero)
    }
}

/// How large a lease a limit allows.
package enum LeaseSize {
    /// A lease never takes more than this many requests …
    package static let most: Int64 = 32
    /// … nor more than one in this many of the minute's limit, so that several gateways find some too.
    package static let shareOfLimit: Int64 = 20
    /// It ends after a second: a gateway that stops leaves at most a second's worth unused.
    package static let duration = Duration.seconds(1)

    /// No lease where a daily limit counts single requests: there every one must be asked for.
    package static func requests(for limits: Limits) -> Int64 {
        guard limits.requestsPerDay == nil, limits.tokensPerDay == nil, limits.tokensPerMonth == nil else { return 0 }
        guard let perMinute = limits.requestsPerMinute else { return most }
        return min(most, perMinute / shareOfLimit)
    }
}
