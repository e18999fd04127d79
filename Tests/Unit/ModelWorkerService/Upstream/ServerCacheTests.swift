// SPDX-License-Identifier: Apache-2.0

import TestKit
import Testing

@testable import ModelWorkerDomain

/// MessagePack by hand: enough of it to say what a server says.
enum Packed {
    static func array(_ items: [[UInt8]]) -> [UInt8] {
        [0xDC, UInt8(items.count >> 8), UInt8(items.count & 0xFF)] + items.joined()
    }
    static func text(_ text: String) -> [UInt8] { [0xD9, UInt8(text.utf8.count)] + Array(text.utf8) }
    static func number(_ number: UInt64) -> [UInt8] {
        number < 128 ? [UInt8(number)] : [0xCF] + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }
    static let none: [UInt8] = [0xC0]
    static let time: [UInt8] = [0xCB, 0x41, 0xD9, 0, 0, 0, 0, 0, 0]

    static func numbers(_ numbers: some Sequence<UInt64>) -> [UInt8] { array(numbers.map { number($0) }) }
    static func batch(_ events: [[UInt8]]) -> [UInt8] { array([time, array(events), none]) }
    static func stored(
        _ hashes: [UInt64], after parent: UInt64? = nil, _ tokens: [UInt32], of blockTokens: UInt64 = 4,
        medium: String? = "GPU", salt: String? = nil
    ) -> [UInt8] {
        var fields = [
            text("BlockStored"), numbers(hashes), parent.map { number($0) } ?? none,
            numbers(tokens.map { UInt64($0) }), number(blockTokens), none, medium.map { text($0) } ?? none,
        ]
        if let salt { fields += [none, array([array([text(salt)])])] }
        return array(fields)
    }
    static func removed(_ hashes: [UInt64]) -> [UInt8] { array([text("BlockRemoved"), numbers(hashes)]) }
}

@Suite struct ServerCacheEventTests {
    private func read(_ bytes: [UInt8]) throws -> [ServerCacheEvent] {
        try bytes.withUnsafeBytes { try ServerCacheEvent.batch($0) }
    }

    /// What the first version of vLLM that publishes sends, and what later ones have appended.
    @Test func everyVersionIsRead() throws {
        let events = try read(
            Packed.batch([
                Packed.stored([7, 1 << 63 + 8], after: 6, [1, 2, 3, 4, 5, 6, 7, 70_000], medium: nil),
                Packed.stored([9], [1, 2, 3, 4], salt: "ab"),
                Packed.stored([10], [1, 2, 3, 4], medium: "CPU"),
                Packed.removed([7]),
                Packed.array([Packed.text("AllBlocksCleared")]),
                Packed.array([Packed.text("SomethingNew"), Packed.array([Packed.number(1)])]),
            ]))
        var first = ServerCacheEvent.Stored()
        (first.hashes, first.parent, first.blockTokens) = ([7, 1 << 63 + 8], 6, 4)
        first.tokens = [1, 2, 3, 4, 5, 6, 7, 70_000]
        var second = ServerCacheEvent.Stored()
        (second.hashes, second.tokens, second.blockTokens, second.salt) = ([9], [1, 2, 3, 4], 4, "ab")
        #expect(events == [.stored(first), .stored(second), .removed([7]), .cleared])
    }

    /// Later versions name blocks by digests.
    @Test func aDigestIsANameLikeANumber() throws {
        let digest = [UInt8](1...32)
        let removed = Packed.array([Packed.text("BlockRemoved"), Packed.array([[0xC4, 32] + digest])])
        #expect(try read(Packed.batch([removed])) == [.removed([0x0102_0304_0506_0708])])
    }

    /// Goal: whatever comes is an error or events, soon.
    @Test func junkIsRefused() throws {
        let whole = Packed.batch([Packed.stored([7], [1, 2, 3, 4]), Packed.removed([7])])
        for count in 0..<whole.count - 1 {
            #expect(throws: ServerCacheEvent.Failure.malformed) { try read(Array(whole.prefix(count))) }
        }
        // An array that says it is longer than all there is, and depth without end.
        for junk in [[0xDD, 0xFF, 0xFF, 0xFF, 0xFF], [0x92] + [UInt8](repeating: 0x91, count: 100_000)] as [[UInt8]] {
            #expect(throws: ServerCacheEvent.Failure.malformed) { try read(junk) }
        }
        var random = SeededRandomness(seed: 5)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = try? read(bytes)
        }
    }
}

@Suite struct ServerCacheViewTests {
    private static let tokens = [UInt32](100..<116)
    private static let names = [UInt64](1...8)

    private static func stored(
        _ hashes: [UInt64], after parent: UInt64? = nil, _ tokens: some Sequence<UInt32>, salt: String? = nil
    ) -> ServerCacheEvent {
        var stored = ServerCacheEvent.Stored()
        (stored.hashes, stored.parent, stored.tokens, stored.blockTokens) = (hashes, parent, Array(tokens), 4)
        stored.salt = salt
        return .stored(stored)
    }

    /// Goal: sixteen tokens in four blocks, named by eight: each block holds two names.
    @Test func namesComeAndGoWithTheBlocksTheyStandFor() {
        var view = ServerCacheView()
        view.apply(Self.stored([1, 2], Self.tokens[0..<8]))
        view.note(Self.tokens, Self.names, salt: "s", adapter: "")
        #expect(view.takeChanges().inserted == [1, 2, 3, 4])
        view.apply(Self.stored([3, 4], after: 2, Self.tokens[8..<16]))
        #expect(view.takeChanges().inserted == [5, 6, 7, 8])
        view.apply(.removed([4]))
        #expect(view.takeChanges() == .init(evicted: [7, 8]))
        // Computed again under another name of the server's: the same text is the same block.
        view.apply(Self.stored([44], after: 3, Self.tokens[12..<16]))
        #expect(view.takeChanges() == .init(inserted: [7, 8]))
        view.apply(.cleared)
        #expect(view.takeChanges().evicted == Self.names)
        view.apply(Self.stored([1], Self.tokens[0..<4]))
        #expect(view.takeChanges() == .init(inserted: [1, 2]))
    }

    /// Goal: the first prompt's tokens may come before the first event, which alone says how the server cuts them.
    @Test func aPromptBeforeTheFirstEventIsNotForgotten() {
        var view = ServerCacheView()
        view.note(Self.tokens, Self.names, salt: "s", adapter: "")
        #expect(view.takeChanges().isEmpty)
        view.apply(Self.stored([1, 2, 3, 4], Self.tokens, salt: "s"))
        #expect(view.takeChanges().inserted == Self.names)
    }

    /// Goal: what went before its coming was told is told as gone, because the scheduler took it for held already.
    @Test func whatCameAndWentIsToldAsGone() {
        var view = ServerCacheView()
        view.apply(Self.stored([1, 2, 3, 4], Self.tokens))
        view.note(Self.tokens, Self.names, salt: "s", adapter: "")
        view.apply(.cleared)
        #expect(view.takeChanges() == .init(evicted: Self.names))
        var told = HeldBlocks.Changes(inserted: [1, 2], evicted: [3])
        told.add(.init(inserted: [3], evicted: [2, 4]))
        #expect(told == .init(inserted: [1, 3], evicted: [2, 4]))
    }

    @Test func namesOfAnotherTextStayApart() {
        var view = ServerCacheView()
        view.apply(Self.stored([1, 2], Self.tokens[0..<8]))
        view.note(Self.tokens.reversed(), Self.names, salt: "s", adapter: "")
        view.note(Self.tokens, [20], salt: "s", adapter: "other")
        #expect(view.takeChanges().isEmpty)
    }

    /// Goal: what one tenant's prompt has put there is not told of another's, where the server keeps them apart.
    @Test func tenantsStayApartWhereTheServerSaysSo() {
        var view = ServerCacheView()
        view.apply(Self.stored([1, 2, 3, 4], Self.tokens, salt: "a"))
        view.note(Self.tokens, Self.names, salt: "b", adapter: "")
        #expect(view.takeChanges().isEmpty)
        view.note(Self.tokens, [21, 22], salt: "a", adapter: "")
        #expect(view.takeChanges().inserted == [21, 22])
    }

    @Test func blocksWhoseBeginningWasMissedAreNothing() {
        var view = ServerCacheView()
        view.apply(Self.stored([1], Self.tokens[0..<4]))
        view.apply(Self.stored([9], after: 8, Self.tokens[4..<8]))
        view.apply(Self.stored([10], after: 1, Self.tokens[4..<6]))
        #expect(view.blocks == 1)
    }

    @Test func bothListsAreBounded() {
        var view = ServerCacheView()
        view.apply(Self.stored([0], Self.tokens[0..<4]))
        for first in stride(from: UInt64(1), through: UInt64(ServerCacheView.maxNames + 100), by: 100) {
            view.note(Array(Self.tokens[0..<4]), Array(first..<first + 100), salt: "", adapter: "")
        }
        let told = view.takeChanges()
        #expect(told.inserted.count == ServerCacheView.maxNames, "what was forgotten before it was told is not")
        let many = UInt64(ServerCacheView.maxBlocks)
        for first in stride(from: UInt64(1), to: many + 4, by: 4) {
            let tokens = (0..<16).map { UInt32($0) + UInt32(first) * 16 }
            view.apply(Self.stored(Array(first..<first + 4), after: 0, tokens))
        }
        #expect(view.blocks <= ServerCacheView.maxBlocks)
        #expect(!view.takeChanges().evicted.isEmpty, "it began anew")
    }
}

@Suite struct PublicationReaderTests {
    private static let greeting: [UInt8] =
        [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 1] + Array("NULL".utf8) + [UInt8](repeating: 0, count: 48)
    private static let ready: [UInt8] =
        [4, 25, 5] + Array("READY".utf8) + [11] + Array("Socket-Type".utf8) + [0, 0, 0, 3] + Array("PUB".utf8)

    @Test(arguments: [1, 7, 1_000]) func messagesComeHoweverTheyAreCut(_ slice: Int) throws {
        var reader = PublicationReader()
        #expect(reader.takeOutgoing().count == 64)
        let long = [UInt8](repeating: 9, count: 300)
        let sent =
            Self.greeting + Self.ready + [1, 2, 7, 8] + [2, 0, 0, 0, 0, 0, 0, 1, 44] + long + [4, 5, 4]
            + Array("PING".utf8) + [0, 0]
        var messages: [[[UInt8]]] = []
        for start in stride(from: 0, to: sent.count, by: slice) {
            messages += try reader.read(sent[start..<min(start + slice, sent.count)])
        }
        #expect(messages == [[[7, 8], long], [[]]])
        let said = reader.takeOutgoing()
        #expect(said.starts(with: [4, 25, 5] + Array("READY".utf8)) && said.suffix(3) == [0, 1, 1])
    }

    @Test func whoeverIsNoPublisherIsLeft() throws {
        func read(_ bytes: [UInt8]) throws {
            var reader = PublicationReader()
            _ = try reader.read(bytes)
        }
        let plain = Array("PLAIN".utf8)
        var other = Self.greeting
        other.replaceSubrange(12..<17, with: plain)
        for junk in [other, Array("HTTP/1.1 400 Bad Request\r\n".utf8) + [UInt8](repeating: 0x20, count: 64)] {
            #expect(throws: PublicationReader.Failure.notAPublisher) { try read(junk) }
        }
        #expect(throws: PublicationReader.Failure.notAPublisher) { try read(Self.greeting + [0, 1, 1]) }
        #expect(throws: PublicationReader.Failure.tooLarge) {
            try read(Self.greeting + Self.ready + [2, 0, 0, 0, 1, 0, 0, 0, 0])
        }
        #expect(throws: PublicationReader.Failure.refused(reason: "go")) {
            try read(Self.greeting + [4, 9, 5] + Array("ERROR".utf8) + [2] + Array("go".utf8))
        }
    }
}
