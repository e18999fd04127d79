// SPDX-License-Identifier: Apache-2.0

import Wire

/// One end of a connection as `Docs/Protocol.md` describes it: what it may say after what it has heard, and what it
/// must not let pass. The reference that the real end is compared with; they share readers of payloads, and no rules.
///
/// Told of everything that reaches the end before the end is, and of everything the end writes. When several frames
/// arrive at once it may know more than the end knew when it wrote, so what it claims then holds in either order.
struct EndModel {
    enum Role { case caller, server }

    /// What becomes of a connection by what it hears.
    enum Verdict: Comparable { case lives, mayEnd, mustEnd }

    struct Call {
        var callerIsDone: Bool
        /// This end has said its last word: END of a server, CANCEL of a caller.
        var hasSpoken = false
        /// What arrives for it now is passed over.
        var isOver = false
        var credit: Int
        var received = 0
        var granted = 0
    }

    let role: Role
    let limits: WireLimits
    private(set) var peer: Preface?
    var calls: [UInt32: Call] = [:]
    var lastOpened: UInt32 = 0
    var isDraining = false
    /// A server that has said its last GOAWAY, or is about to: what is opened now is passed over.
    var looksAtNoMore = false
    /// The PING behind a server's first GOAWAY, while it is not answered.
    var farewell: [UInt8]?
    /// What this end may still send on the connection.
    var credit = 0
    /// Counted payload that has arrived, and what was granted for it.
    var received = 0
    var granted = 0
    var pings: [[UInt8]] = []
    var pingsHeard = 0
    /// GOAWAY has given a reason: the last word of all.
    private(set) var goAway: UInt32?
    private var isFinished: Bool { (goAway ?? 0) != 0 }

    private var prefaceHeard: [UInt8] = []
    private var heard = FrameCutter()
    private var hasSaidPreface = false
    private var said = FrameCutter()

    init(_ role: Role, limits: WireLimits) {
        self.role = role
        self.limits = limits
    }

    // MARK: Hearing

    /// What the end must do about these bytes, which are about to reach it.
    mutating func hears(_ bytes: [UInt8]) -> Verdict {
        guard peer == nil else {
            heard.append(bytes)
            return hearFrames()
        }
        prefaceHeard += bytes
        do throws(WireViolation) {
            let read = prefaceHeard.withUnsafeBytes { bytes in
                Result { () throws(WireViolation) in try Preface.read(bytes) }
            }
            guard let (preface, size) = try read.get() else { return .lives }
            peer = preface
            credit = Int(preface.connectionCredit)
            heard.append(prefaceHeard[size...])
            return hearFrames()
        } catch {
            return .mustEnd
        }
    }

    private mutating func hearFrames() -> Verdict {
        var verdict = Verdict.lives
        while let header = heard.header {
            guard FrameRules.allows(header, longest: Int(limits.frameBytes)) else { return .mustEnd }
            guard let frame = heard.next() else { break }
            // Among frames that come together the end may know better (an answer that has not left yet), so they are
            // all listened to.
            verdict = max(verdict, hear(frame))
        }
        return verdict
    }

    // MARK: Speaking

    /// Checks what the end has written.
    mutating func says(_ bytes: [UInt8]) throws {
        said.append(bytes)
        if !hasSaidPreface {
            guard let preface = said.nextPreface() else { return }
            try claim(preface == Preface(limits: limits).bytes, "it says a preface that is not its own")
            hasSaidPreface = true
        }
        while let frame = said.next() { try say(frame) }
        try claim(said.isEmpty, "it has written a part of a frame")
    }

    private mutating func say(_ frame: RawFrame) throws {
        let name = "\(role) says type \(frame.type), stream \(frame.stream), \(frame.length) bytes"
        try claim(!isFinished, "\(name) after its last word")
        guard frame.type != RawFrame.goAway else {
            try claim(FrameRules.allows(frame, longest: 1_028), "\(name), badly formed")
            goAway = frame.value
            isDraining = isDraining || frame.value == 0
            if role == .server, frame.value == 0, frame.payload.prefix(4) != [255, 255, 255, 255] {
                looksAtNoMore = true
            }
            return
        }
        guard let peer else { throw Finding("\(name) before it has heard a preface") }
        let isWell = frame.type <= RawFrame.pong && FrameRules.allows(frame, longest: Int(peer.frameBytes))
        try claim(isWell, "\(name), badly formed")
        if frame.isCounted {
            try claim(credit > 0, "\(name) without the connection's credit")
            credit -= frame.cost
        }
        try speak(frame, peer: peer, name)
    }

    // MARK: At rest

    /// What must hold when everything was delivered and every call is over: nothing is kept back but what may be.
    func checkRest() throws {
        let owed = received - granted
        let window = Int(limits.connectionCredit)
        try claim(owed == 0 || owed < window / 2, "\(role) keeps \(owed) of \(window) octets of credit for nothing")
        try claim(pings.isEmpty, "\(role) has not answered \(pings.count) pings")
    }
}
