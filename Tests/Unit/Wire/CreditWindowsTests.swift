// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct CreditWindowsTests {
    @Test func aMessageLargerThanTheWindowPassesOnce() throws {
        var sender = SendWindow(initial: 100)
        var receiver = ReceiveWindow(size: 100)
        #expect(sender.isOpen)
        sender.spend(1_000)
        try receiver.receive(1_000)
        #expect(!sender.isOpen)
        let grant = receiver.consume(1_000)
        try sender.grant(grant)
        #expect(sender.credit == 100)
        #expect(receiver.remaining == 100)
    }

    @Test func sendingWithoutCreditIsAnOverrun() throws {
        var receiver = ReceiveWindow(size: 100)
        try receiver.receive(100)
        #expect(throws: WireViolation(.creditOverrun)) { try receiver.receive(1) }
        #expect(throws: WireViolation(.creditOverrun)) { try receiver.receive(0) }
    }

    @Test func anEmptyMessageCostsSomething() throws {
        var sender = SendWindow(initial: 2)
        var receiver = ReceiveWindow(size: 2)
        for _ in 0..<2 {
            sender.spend(0)
            try receiver.receive(0)
        }
        #expect(!sender.isOpen)
        #expect(throws: WireViolation(.creditOverrun)) { try receiver.receive(0) }
    }

    @Test func grantsAreSavedUpToHalfAWindow() throws {
        var receiver = ReceiveWindow(size: 100)
        try receiver.receive(60)
        #expect(receiver.consume(30) == 0)
        #expect(receiver.consume(30) == 60)
    }

    @Test func creditCannotBeGrantedWithoutBound() throws {
        var sender = SendWindow(initial: 1)
        #expect(throws: WireViolation(.creditOverflow)) { try sender.grant(0) }
        #expect(throws: WireViolation(.creditOverflow)) { try sender.grant(.max) }
        try sender.grant(CreditWindows.largest - 1)
        #expect(throws: WireViolation(.creditOverflow)) { try sender.grant(1) }
    }

    /// Goal: whatever is sent and consumed, both ends agree, and the sender never stalls for ever.
    @Test(arguments: [1, 2, 3] as [UInt64]) func bothEndsAlwaysAgree(_ seed: UInt64) throws {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var sender = SendWindow(initial: 1_000)
        var receiver = ReceiveWindow(size: 1_000)
        var held = 0
        for _ in 0..<20_000 {
            if sender.isOpen, random(2) == 0 {
                let size = random(3_000)
                sender.spend(size)
                try receiver.receive(size)
                held += CreditWindows.cost(size)
            } else {
                let taken = sender.isOpen ? random(held + 1) : held
                held -= taken
                let grant = receiver.consume(taken)
                if grant > 0 { try sender.grant(grant) }
            }
            #expect(sender.credit == receiver.remaining)
            if held == 0 { #expect(sender.isOpen) }
        }
    }
}
