// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Wire

/// How many more frames without effect a peer may send: CANCEL, END, DATA and CREDIT of calls that are over, PONGs
/// nobody asked for, types that are skipped. Each costs us a little and its sender nothing, so a flood of them is an
/// attack (as rapid resets are for HTTP/2, CVE-2023-44487).
///
/// A peer that keeps to the rules sends such frames too: they were on their way when the call ended. Those are known
/// when it ends, at the most what credit allowed, and are added to the bound, so it is never reached in honesty
/// however many calls are cancelled. What was expected and has not come is forgotten after two intervals.
struct IdleFrames {
    private let perInterval: Int
    private var left: Int
    private var expected = 0

    init(perInterval: Int) {
        self.perInterval = perInterval
        left = perInterval
    }

    mutating func expect(_ frames: Int) {
        expected &+= frames
        left &+= frames
    }

    mutating func spend() throws(WireViolation) {
        guard left > 0 else { throw WireViolation(.tooManyIdleFrames) }
        left -= 1
    }

    /// What was expected lately may still come.
    mutating func beginInterval() {
        left = perInterval + expected
        expected = 0
    }
}

extension Connection {
    /// Counts a frame without effect.
    func idle() throws(WireViolation) { try idleFrames.spend() }

    /// A call ends while `frames` of the peer's may be on their way, which will then be without effect.
    func expectIdle(_ frames: Int) { idleFrames.expect(frames) }

    /// `payload` tells our PINGs apart when their answers come.
    func writePing(_ payload: UInt64) {
        writeFrame(FrameHeader(.ping, length: 8), ByteBuffer(integer: payload))
    }
}
