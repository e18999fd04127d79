// SPDX-License-Identifier: Apache-2.0

/// What the `x-ratelimit-…` headers say.
package struct RateLimits: Hashable, Sendable {
    package struct Window: Hashable, Sendable {
        package var limit: UInt64
        package var remaining: UInt64
        package var reset: Duration

        package init(limit: UInt64, remaining: UInt64, reset: Duration) {
            self.limit = limit
            self.remaining = remaining
            self.reset = reset
        }
    }

    package var requests: Window?
    /// nil when the plan has no limit on tokens.
    package var tokens: Window?

    package init(requests: Window?, tokens: Window?) {
        self.requests = requests
        self.tokens = tokens
    }

    /// The headers' names and values, as OpenAI spells both.
    package var headers: [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        for (kind, window) in [("requests", requests), ("tokens", tokens)] {
            guard let window else { continue }
            headers.append(("x-ratelimit-limit-\(kind)", "\(window.limit)"))
            headers.append(("x-ratelimit-remaining-\(kind)", "\(window.remaining)"))
            headers.append(("x-ratelimit-reset-\(kind)", Self.text(window.reset)))
        }
        return headers
    }

    /// A duration as OpenAI's headers write it: `120ms`, `7.5s`, `6m0s`, `1h0m3s`.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = max(0, seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
        guard milliseconds >= 1_000 else { return "\(milliseconds)ms" }
        let fraction = milliseconds % 1_000
        let whole = milliseconds / 1_000
        var tail = ""
        if fraction > 0 {
            let digits = String(fraction + 1_000).dropFirst()
            tail = "." + String(digits).trimmingZeros
        }
        if whole < 60 { return "\(whole)\(tail)s" }
        let minutes = whole / 60
        if minutes < 60 { return "\(minutes)m\(whole % 60)\(tail)s" }
        return "\(minutes / 60)h\(minutes % 60)m\(whole % 60)\(tail)s"
    }
}

extension String {
    fileprivate var trimmingZeros: Substring {
        var rest = self[...]
        while rest.last == "0" { rest.removeLast() }
        return rest
    }
}
