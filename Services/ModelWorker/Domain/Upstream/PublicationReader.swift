// SPDX-License-Identifier: Apache-2.0

/// The subscriber's side of a ZeroMQ publication over TCP: ZMTP 3.0 (rfc.zeromq.org/spec/23), mechanism NULL.
///
/// A value: octets in, messages out, and what is to be sent. It knows no more of ZeroMQ than a subscriber to everything
/// needs; why that is no library is in Docs/Decisions/0127.
package struct PublicationReader: Sendable {
    package enum Failure: Error, Hashable, Sendable {
        /// The other side speaks something else, an older version, or wants to know who we are.
        case notAPublisher
        case refused(reason: String)
        case tooLarge
    }

    /// A prompt of a hundred thousand tokens is half a megabyte.
    package static let maxMessageBytes = 4 << 20
    package static let maxParts = 16
    private static let greetingBytes = 64

    private enum Phase { case greeting, handshake, open }

    private var phase = Phase.greeting
    private var pending: [UInt8] = []
    private var parts: [[UInt8]] = []
    private var partBytes = 0
    /// What is to be sent now.
    private var outgoing: [UInt8]

    package init() {
        // Signature, version 3.0, mechanism, not a server, filler.
        outgoing = [0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, 3, 0] + Array("NULL".utf8)
        outgoing += [UInt8](repeating: 0, count: Self.greetingBytes - outgoing.count)
    }

    /// Both sides have said who they are.
    package var isOpen: Bool { phase == .open }

    package mutating func takeOutgoing() -> [UInt8] {
        defer { outgoing = [] }
        return outgoing
    }

    /// Takes what has come.
    /// - Returns: whole messages, each of one part or more.
    package mutating func read(_ bytes: some Sequence<UInt8>) throws(Failure) -> [[[UInt8]]] {
        pending += bytes
        var at = 0
        var messages: [[[UInt8]]] = []
        if phase == .greeting {
            guard pending.count >= Self.greetingBytes else { return [] }
            guard pending[0] == 0xFF, pending[9] & 1 == 1, pending[10] >= 3,
                pending[12..<32].elementsEqual(Array("NULL".utf8) + [UInt8](repeating: 0, count: 16))
            else { throw .notAPublisher }
            at = Self.greetingBytes
            phase = .handshake
            outgoing += Self.command("READY", Self.property("Socket-Type", "SUB"))
        }
        while let frame = try frame(&at) {
            if frame.isCommand {
                try take(command: frame.body)
            } else if phase == .open {
                parts.append(Array(frame.body))
                partBytes += frame.body.count
                guard partBytes <= Self.maxMessageBytes, parts.count <= Self.maxParts else { throw .tooLarge }
                guard !frame.hasMore else { continue }
                messages.append(parts)
                parts = []
                partBytes = 0
            } else {
                throw .notAPublisher
            }
        }
        pending.removeFirst(at)
        return messages
    }

    private struct Frame {
        var isCommand: Bool
        var hasMore: Bool
        var body: ArraySlice<UInt8>
    }

    private func frame(_ at: inout Int) throws(Failure) -> Frame? {
        guard phase != .greeting, pending.count - at >= 2 else { return nil }
        let flags = pending[at]
        guard flags & 0xF8 == 0 else { throw .notAPublisher }
        let isLong = flags & 2 != 0
        let head = isLong ? 9 : 2
        guard pending.count - at >= head else { return nil }
        let length = pending[at + 1..<at + head].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Self.maxMessageBytes) else { throw .tooLarge }
        let end = at + head + Int(length)
        guard pending.count >= end else { return nil }
        defer { at = end }
        return Frame(isCommand: flags & 4 != 0, hasMore: flags & 1 != 0, body: pending[at + head..<end])
    }

    private mutating func take(command body: ArraySlice<UInt8>) throws(Failure) {
        guard let length = body.first, body.count > Int(length) else { throw .notAPublisher }
        let name = body.dropFirst().prefix(Int(length))
        if name.elementsEqual("READY".utf8), phase == .handshake {
            phase = .open
            // Subscribes to every topic: in ZMTP 3.0 a message whose first octet is one.
            outgoing += [0, 1, 1]
        } else if name.elementsEqual("ERROR".utf8) {
            let reason = body.dropFirst(2 + Int(length)).prefix(256)
            throw .refused(reason: String(decoding: reason, as: UTF8.self))
        }
        // Others are heartbeats of later versions, which nobody sends to a peer that speaks 3.0.
    }

    private static func command(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = [UInt8(name.utf8.count)] + Array(name.utf8) + data
        return [4, UInt8(body.count)] + body
    }

    private static func property(_ name: String, _ value: String) -> [UInt8] {
        [UInt8(name.utf8.count)] + Array(name.utf8) + [0, 0, 0, UInt8(value.utf8.count)] + Array(value.utf8)
    }
}
