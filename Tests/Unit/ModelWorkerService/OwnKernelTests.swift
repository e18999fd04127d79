// SPDX-License-Identifier: Apache-2.0

import CKernels
import Llama
import ModelWorkerDomain
import ModelWorkerService
import Primitives
import Testing

/// The product of 8-bit weights that stands before the library's own.
struct OwnKernelTests {
    /// Numbers without a generator's state: the same in every run.
    private static func blocks(_ count: Int, seed: UInt64) -> [parley_q8_block] {
        var at: UInt64 = 0
        let random = CounterRandom(seed: seed)
        func next() -> Double {
            at += 1
            return random.unit(at: at)
        }
        return (0..<count).map { _ in
            var block = parley_q8_block()
            block.scale = Float16(0.001 + 0.05 * next()).bitPattern
            withUnsafeMutableBytes(of: &block.values) { bytes in
                for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: Int(next() * 256) - 128) }
            }
            return block
        }
    }

    private static func dot(_ a: parley_q8_block, _ b: parley_q8_block) -> Double {
        let sum = withUnsafeBytes(of: a.values) { a in
            withUnsafeBytes(of: b.values) { b in
                zip(a, b).reduce(0) { $0 + Int(Int8(bitPattern: $1.0)) * Int(Int8(bitPattern: $1.1)) }
            }
        }
        return Double(sum) * Double(Float16(bitPattern: a.scale)) * Double(Float16(bitPattern: b.scale))
    }

    /// Goal: every width and division into parts gives the sums that a plain loop gives.
    @Test(.enabled(if: parley_q8_is_possible())) func itMultipliesAsAPlainLoopDoes() {
        let (rows, blocks) = (48, 5)
        let a = Self.blocks(rows * blocks, seed: 1)
        for columns in Array(1...18) + [31, 33] {
            let b = Self.blocks(columns * blocks, seed: UInt64(columns))
            for parts in [1, 2, 5] {
                var to = [Float](repeating: .nan, count: rows * columns)
                for part in 0..<parts {
                    #expect(
                        parley_q8_product(
                            Int32(part), Int32(parts), Int64(rows), Int64(columns), Int64(blocks), a, Int64(blocks), b,
                            Int64(blocks), &to, Int64(rows)))
                }
                var worst = 0.0
                for column in 0..<columns {
                    for row in 0..<rows {
                        let expected = (0..<blocks).reduce(0.0) {
                            $0 + Self.dot(a[row * blocks + $1], b[column * blocks + $1])
                        }
                        let found = Double(to[column * rows + row])
                        worst = max(worst, found.isNaN ? .infinity : abs(found - expected))
                    }
                }
                // The largest sums are near a thousand, and a float has seven digits.
                #expect(worst < 0.002, "\(columns) columns in \(parts) parts")
            }
        }
    }

    @Test func whatItCannotDoItLeavesAlone() {
        let a = Self.blocks(17, seed: 1)
        var to = [Float](repeating: 7, count: 17)
        #expect(!parley_q8_product(0, 1, 17, 1, 1, a, 1, a, 1, &to, 17))
        #expect(to.allSatisfy { $0 == 7 })
    }

    @Test func theLibraryAsksIt() {
        #expect(parley_q8_is_asked())
    }

    /// Goal: the model says the same by either kernel, and by ours the same in steps of any width.
    /// The library rounds what it multiplies to eight bits, so a last bit grows in thirty layers to what rounding
    /// leaves. By the library's own kernels, with and without flash attention, they differ by 0.11 (root mean square).
    @Test func theModelSaysTheSameByEither() throws {
        let model = try LlamaModel(file: ModelFiles.chat)
        let tokens = try model.tokenize("The harbour lay quiet in the evening, and three boats came home with lamps.")
        func logits(by width: Int) throws -> [Float] {
            let context = try LlamaContext(
                model, LlamaContext.Settings(contextTokens: 256, batchTokens: 64, sequences: 1))
            var last = 0
            for start in stride(from: 0, to: tokens.count, by: width) {
                context.clearBatch()
                for at in start..<min(tokens.count, start + width) {
                    last = try context.add(tokens[at], at: at, of: 0, wantsOutput: at == tokens.count - 1)
                }
                try context.decode()
            }
            return try context.withLogits(of: last) { Array($0) }
        }
        let ours = try logits(by: 64)
        for width in [1, 2, 5] { #expect(try logits(by: width) == ours) }
        LlamaRuntime.useOwnKernel(false)
        defer { LlamaRuntime.useOwnKernel(true) }
        let theirs = try logits(by: 64)
        let squares = zip(ours, theirs).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let difference = (squares / Float(ours.count)).squareRoot()
        #expect(difference < 0.25)
        #expect(ours.firstIndex(of: ours.max() ?? 0) == theirs.firstIndex(of: theirs.max() ?? 0))
        if LlamaRuntime.hasOwnKernel { #expect(difference > 0, "two kernels add up in two orders: ours was used") }
    }
}
