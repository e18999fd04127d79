// SPDX-License-Identifier: Apache-2.0

import RPC
import Wire

/// Bytes into one end of a connection.
///
/// Claims: nothing traps; the connection lives or ends with a status, and does so exactly where the document says; it
/// writes only what it may; no handler and no call outlives it.
///
/// The first byte holds the choices: 1 the end is the caller's, 2 narrow limits, 4 the rest is raw bytes and not
/// events, 8 the preface is part of the rest, 10 frames arrive several at a time. With raw bytes the second is the
/// length of the pieces they come in.
enum FrameTarget {
    private static let framesAtOnce = 8

    static func run(_ input: [UInt8], on loop: FuzzLoop) throws {
        var input = FuzzInput(input)
        let choices = input.byte()
        let isRaw = choices & 4 != 0
        let isBatched = choices & 0x10 != 0
        let limits = choices & 2 != 0 ? WireLimits.narrow : .standard
        let end = LoneEnd(
            choices & 1 != 0 ? .caller : .server, limits: limits, isStrict: !isRaw && !isBatched, on: loop)
        if choices & 8 == 0 { try end.receive(Preface(limits: limits).bytes) }
        if isRaw {
            try raw(&input, into: end)
        } else {
            if choices & 8 != 0 { try end.receive(input.bytes(Preface.leastSize)) }
            try events(FrameScript(input), into: end, atOnce: isBatched ? framesAtOnce : 1)
        }
        try end.lose()
    }

    private static func raw(_ input: inout FuzzInput, into end: LoneEnd) throws {
        let piece = Int(input.byte()) + 1
        while !input.isAtEnd, !end.connection.isClosed {
            try end.receive(input.bytes(piece))
        }
    }

    private static func events(_ script: FrameScript, into end: LoneEnd, atOnce: Int) throws {
        var script = script
        var waiting: [UInt8] = []
        var count = 0
        func deliver() throws {
            guard count > 0 else { return }
            try end.apply(.frame(waiting))
            waiting = []
            count = 0
        }
        while !end.connection.isClosed, let event = script.next() {
            if case .frame(let bytes) = event {
                waiting += bytes
                count += 1
                if count == atOnce { try deliver() }
            } else {
                try deliver()
                try end.apply(event)
            }
        }
        try deliver()
    }
}
