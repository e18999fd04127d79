// SPDX-License-Identifier: Apache-2.0

import RPC
import Wire

/// A few events, and then others again and again, some ten thousand times.
///
/// Claim: whatever a peer repeats, the memory it makes us hold stops growing.
///
/// The first byte's choices: 1 the end is the caller's, 2 frames arrive one at a time. The second is the number of
/// events that come once.
enum FloodTarget {
    /// Bytes that one repeat may leave behind on average. Below this it is a table that has grown once.
    private static let mostPerRepeat = 6.0
    /// What queues and tables may grow by on the way whatever is repeated: they double when they grow.
    private static let mostOnce = 16 << 10
    private static let frames = 16_384
    private static let framesAtOnce = 256

    static func run(_ input: [UInt8], on loop: FuzzLoop) throws {
        var input = FuzzInput(input)
        let choices = input.byte()
        let role: EndModel.Role = choices & 1 != 0 ? .caller : .server
        let once = input.number(below: 8)
        let end = LoneEnd(role, limits: .narrow, isStrict: false, on: loop)
        try end.receive(Preface(limits: .narrow).bytes)
        var script = FrameScript(input)
        for _ in 0..<once {
            if !end.connection.isClosed, let event = script.next() { try end.apply(event) }
        }
        let repeated = script
        var unit = 0
        while script.next() != nil { unit += 1 }
        if unit > 0 { try flood(repeated, unit: unit, isSlow: choices & 2 != 0, into: end) }
        try end.lose()
    }

    private static func flood(_ script: FrameScript, unit: Int, isSlow: Bool, into end: LoneEnd) throws {
        let rounds = max(1, (isSlow ? frames / 4 : frames) / unit)
        let bytesAtOnce = (isSlow ? 1 : framesAtOnce) * FrameHeader.size
        var lastOpened = script.lastOpened
        var batch: [UInt8] = []
        var early = 0
        for round in 1...rounds {
            var script = script.again(lastOpened: lastOpened)
            while let event = script.next() {
                guard !end.connection.isClosed else { return }
                if case .frame(let bytes) = event {
                    batch += bytes
                    if batch.count >= bytesAtOnce {
                        try end.pour(batch)
                        batch.removeAll(keepingCapacity: true)
                    }
                } else {
                    try end.pour(batch)
                    batch.removeAll(keepingCapacity: true)
                    try end.apply(event)
                }
            }
            lastOpened = script.lastOpened
            if round == rounds / 4 { early = LiveMemory.bytes() }
        }
        guard !end.connection.isClosed, rounds >= 256 else { return }
        let grown = LiveMemory.bytes() - early
        let perRepeat = Double(grown) / Double(rounds - rounds / 4)
        try claim(
            grown < mostOnce || perRepeat < mostPerRepeat,
            "each repeat leaves \(perRepeat) bytes behind, in all \(grown)")
    }
}
