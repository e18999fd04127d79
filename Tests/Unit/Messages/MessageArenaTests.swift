// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc
import Testing

@testable import Messages

@Suite struct MessageArenaTests {
    @Test func everyAllocationIsAlignedApartAndRemembersItsSize() throws {
        Self.withArena(budget: 1 << 20) { arena in
            var last: UInt = 0
            for size in [0, 1, 7, 8, 9, 15, 16, 17, 1_000, 100_000] {
                guard let memory = parley_arena_allocate(arena, size) else {
                    Issue.record("no memory for \(size)")
                    return
                }
                memory.initializeMemory(as: UInt8.self, repeating: 0xAA, count: size)
                #expect(UInt(bitPattern: memory) % 8 == 0)
                #expect(UInt(bitPattern: memory) > last)
                #expect(parley_arena_size(memory) == size)
                last = UInt(bitPattern: memory) + UInt(size) - 1
            }
        }
    }

    @Test func theBudgetCountsHeadersAndPadding() {
        Self.withArena(budget: 48) { arena in
            #expect(parley_arena_allocate(arena, 9) != nil)  // 8 + 9, rounded up to 24
            #expect(arena.pointee.is_exhausted == 0)
            #expect(parley_arena_allocate(arena, 17) == nil)
            #expect(arena.pointee.is_exhausted == 1)
            #expect(parley_arena_allocate(arena, 16) != nil)
            #expect(parley_arena_allocate(arena, 0) == nil)
        }
    }

    @Test func absurdSizesAreRefused() {
        Self.withArena(budget: .max) { arena in
            for size in [Int.max, Int.max - 8, -1, -9, -16] {
                #expect(parley_arena_allocate(arena, size) == nil)
            }
        }
    }

    @Test func leavingReturnsWhatALargeMessageTook() {
        let before = Self.withArena(budget: .max) { _ in parley_arena_reserved() }
        Self.withArena(budget: .max) { arena in
            #expect(parley_arena_allocate(arena, 8 << 20) != nil)
            #expect(parley_arena_reserved() > 8 << 20)
            Self.withArena(budget: .max) { inner in
                #expect(parley_arena_allocate(inner, 4 << 20) != nil)
            }
            #expect(parley_arena_reserved() < 12 << 20)
        }
        #expect(Self.withArena(budget: .max) { _ in parley_arena_reserved() } == before)
    }

    @Test func anInnerBudgetDoesNotTouchTheOuter() {
        Self.withArena(budget: 1_000) { outer in
            Self.withArena(budget: 16) { inner in
                #expect(parley_arena_allocate(inner, 100) == nil)
            }
            #expect(outer.pointee.is_exhausted == 0)
            #expect(outer.pointee.budget == 1_000)
        }
    }

    /// Goal: threads share nothing, and one that ends gives its arena back (to be seen under the address sanitizer).
    @Test func everyThreadHasItsOwnArena() {
        let threads = (0..<16).compactMap { _ in
            var thread = pthread_t()
            let status = pthread_create(
                &thread, nil,
                { _ in
                    let wire = [0x12, 0x02, 0x68, 0x69] as [UInt8]
                    let before = parley_arena_reserved()
                    for _ in 0..<200 {
                        let message = try? wire.withUnsafeBytes { bytes in try PromptMessage(decoding: bytes) }
                        if message?.content != "hi" { return UnsafeMutableRawPointer(bitPattern: 1) }
                    }
                    return before == 0 && parley_arena_reserved() > 0 ? nil : UnsafeMutableRawPointer(bitPattern: 2)
                }, nil)
            return status == 0 ? thread : nil
        }
        #expect(threads.count == 16)
        for thread in threads {
            var result: UnsafeMutableRawPointer?
            pthread_join(thread, &result)
            #expect(result == nil)
        }
    }

    /// No contract repeats these kinds today; the generator would emit these calls for one that does.
    @Test func listsOfEveryKindComeBack() {
        Self.withArena(budget: 1 << 16) { raw in
            let arena = MessageArena(raw: raw)
            #expect(readBooleans(3, arena.booleans([true, false, true])) == [true, false, true])
            #expect(readByteArrays(2, arena.byteArrays([[1, 2], []])) == [[1, 2], []])
            let modes = [FailMode.open, FailMode(rawValue: -7)]
            let c: UnsafeMutablePointer<CEnumeration> = arena.enumerations(modes)
            #expect(readEnumerations(2, c) == modes)
        }
    }

    struct CEnumeration: RawRepresentable {
        var rawValue: UInt32
    }

    @discardableResult
    static func withArena<R>(budget: Int, _ body: (UnsafeMutablePointer<parley_arena>) -> R) -> R {
        var mark = parley_arena_mark()
        let arena = parley_arena_enter(&mark, budget)
        defer { parley_arena_leave(arena, &mark) }
        return body(arena)
    }
}
