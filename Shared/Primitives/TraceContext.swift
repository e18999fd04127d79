// SPDX-License-Identifier: Apache-2.0

/// Where a call stands in its trace: W3C Trace Context, https://www.w3.org/TR/trace-context/.
package struct TraceContext: Hashable, Sendable {
    package var traceHigh: UInt64
    package var traceLow: UInt64
    /// The span that made the call; the callee's span becomes its child.
    package var span: UInt64
    package var isSampled: Bool

    package init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.isSampled = isSampled
    }

    /// A new trace. All-zero ids are invalid by the standard, hence the `| 1`.
    package init(random: inout some RandomNumberGenerator, isSampled: Bool = true) {
        self.init(
            traceHigh: random.next(), traceLow: random.next() | 1, span: random.next() | 1, isSampled: isSampled)
    }

    /// The same trace, one span further down.
    package func child(random: inout some RandomNumberGenerator) -> TraceContext {
        var next = self
        next.span = random.next() | 1
        return next
    }

    /// Reads a `traceparent` header; nil when it is malformed or all zero, in which case one starts afresh.
    package init?(traceparent: some StringProtocol) {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].count == 2, parts[0] != "ff", parts[1].count == 32, parts[2].count == 16,
            let trace = Hex.decode(parts[1]), let span = Hex.decode(parts[2]), let flags = Hex.decode(parts[3]),
            flags.count == 1
        else { return nil }
        let number = { (bytes: ArraySlice<UInt8>) in bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) } }
        self.init(
            traceHigh: number(trace[0..<8]), traceLow: number(trace[8..<16]), span: number(span[...]),
            isSampled: flags[0] & 1 == 1)
        guard traceHigh != 0 || traceLow != 0, self.span != 0 else { return nil }
    }

    package var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }
    /// The trace id as 32 hex digits, as logs write it.
    package var traceID: String { Self.hex(traceHigh) + Self.hex(traceLow) }
    /// The span id as 16 hex digits.
    package var spanID: String { Self.hex(span) }

    /// Without a detour over bytes: three of these are written for every span.
    private static func hex(_ value: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { digits in
            for index in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * index)) & 15
                digits[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
            }
            return 16
        }
    }
}
