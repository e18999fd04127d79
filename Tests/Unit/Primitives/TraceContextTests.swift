// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@Suite struct TraceContextTests {
    private let example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test func standardsExampleIsRead() throws {
        let trace = try #require(TraceContext(traceparent: example))
        #expect(trace.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(trace.spanID == "00f067aa0ba902b7")
        #expect(trace.isSampled)
        #expect(trace.traceparent == example)
    }

    @Test func unsampledStaysUnsampled() throws {
        let trace = try #require(TraceContext(traceparent: example.dropLast(2) + "00"))
        #expect(!trace.isSampled)
        #expect(trace.traceparent.hasSuffix("-00"))
    }

    /// A later version may add fields after ours; the standard asks that we read the part we know.
    @Test func laterVersionIsReadAsFarAsKnown() {
        #expect(TraceContext(traceparent: "cc" + example.dropFirst(2) + "-what-the-future-brings") != nil)
    }

    @Test(arguments: [
        "", "-", "---", "00", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e47360-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0001",
        "00-４bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00\r\n-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ])
    func hostileHeadersAreRefused(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }

    /// Goal: no header traps the reader. Method: single octets of a good one changed to anything, and random cuts.
    @Test func mutatedHeadersNeverTrap() {
        var random = SeededRandomness(seed: 11)
        for _ in 0..<3_000 {
            var bytes = Array(example.utf8)
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            let cut = bytes.prefix(Int.random(in: 0...bytes.count, using: &random))
            if let trace = TraceContext(traceparent: String(decoding: cut, as: UTF8.self)) {
                #expect(TraceContext(traceparent: trace.traceparent) == trace)
            }
        }
    }

    @Test func childKeepsTheTraceAndTakesASpan() {
        var random = SeededRandomness(seed: 5)
        let trace = TraceContext(random: &random)
        let child = trace.child(random: &random)
        #expect(child.traceID == trace.traceID)
        #expect(child.spanID != trace.spanID)
        #expect(child.isSampled == trace.isSampled)
    }
}
