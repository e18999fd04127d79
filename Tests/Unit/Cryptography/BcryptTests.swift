// SPDX-License-Identifier: Apache-2.0

import Cryptography
import Testing

/// Cost 4, the cheapest, throughout: what is tested does not depend on it, and cost 12 takes a quarter of a second.
@Suite struct BcryptTests {
    /// Method: one example of the original test vectors, and one hash made by Python's crypt.
    @Test func verifiesHashesOthersMade() {
        let vector = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
        #expect(Bcrypt.verify(password: "U*U", against: vector))
        #expect(!Bcrypt.verify(password: "U*V", against: vector))
        let python = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"
        #expect(Bcrypt.verify(password: "correct horse", against: python))
    }

    @Test func hashVerifiesAndIsSalted() throws {
        let first = try Bcrypt.hash(password: "Tr0ub4dor&3 é", cost: 4)
        let second = try Bcrypt.hash(password: "Tr0ub4dor&3 é", cost: 4)
        #expect(first.hasPrefix("$2b$04$"))
        #expect(first.utf8.count == 60)
        #expect(first != second)
        #expect(Bcrypt.verify(password: "Tr0ub4dor&3 é", against: first))
        #expect(!Bcrypt.verify(password: "Tr0ub4dor&3 e", against: first))
    }

    /// bcrypt would take the first 72 bytes and call these two passwords equal.
    @Test func longPasswordIsRefusedNotCut() throws {
        let longest = String(repeating: "a", count: 72)
        let hash = try Bcrypt.hash(password: longest, cost: 4)
        #expect(Bcrypt.verify(password: longest, against: hash))
        #expect(!Bcrypt.verify(password: longest + "b", against: hash))
        #expect(throws: Bcrypt.Refusal.longerThan72Bytes) { try Bcrypt.hash(password: longest + "b", cost: 4) }
    }

    @Test func embeddedNULIsRefusedNotCut() throws {
        let hash = try Bcrypt.hash(password: "abc", cost: 4)
        #expect(!Bcrypt.verify(password: "abc\0def", against: hash))
        #expect(throws: Bcrypt.Refusal.containsNUL) { try Bcrypt.hash(password: "abc\0def", cost: 4) }
    }

    @Test func costOutsideBcryptsRangeIsRefused() {
        #expect(throws: Bcrypt.Refusal.badCost) { try Bcrypt.hash(password: "abc", cost: 3) }
        #expect(throws: Bcrypt.Refusal.badCost) { try Bcrypt.hash(password: "abc", cost: 32) }
    }

    @Test(arguments: [
        "", "*0", "$2b$", "$1$abc$def", "$6$rounds=1000$a$b", "not a hash", "$2b$99$aaaaaaaaaaaaaaaaaaaaaa",
    ])
    func whatIsNoHashVerifiesNothing(hash: String) {
        #expect(!Bcrypt.verify(password: "abc", against: hash))
        #expect(!Bcrypt.verify(password: "", against: hash))
    }

    @Test func threadsHashAndVerify() async throws {
        let threads = PasswordThreads(threads: 1)
        let hash = try await threads.hash(password: "abc", cost: 4)
        #expect(try await threads.verify(password: "abc", against: hash))
        await #expect(throws: PasswordThreads.Refusal.refused(.containsNUL)) {
            try await threads.hash(password: "\0", cost: 4)
        }
    }

    /// Goal: a flood of logins is refused at the door. Method: one thread, no queue, and two slow hashes at once.
    @Test func fullQueueRefuses() async throws {
        let threads = PasswordThreads(threads: 1, queueLimit: 0)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    do throws(PasswordThreads.Refusal) {
                        _ = try await threads.hash(password: "abc", cost: 8)
                        return true
                    } catch { return error != .busy }
                }
            }
            var done: [Bool] = []
            for await outcome in group { done.append(outcome) }
            return done
        }
        #expect(outcomes.contains(true))
        #expect(outcomes.contains(false))
    }
}
