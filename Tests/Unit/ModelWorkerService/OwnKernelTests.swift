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

    /// Goal: the model says the same by either kernel: every logit of a prompt, up to rounding.
    @Test func theModelSaysTheSameByEither() throws {
        let model = try LlamaModel(file: ModelFiles.chat)
        let tokens = try model.tokenize("The harbour lay quiet in the evening, and three boats came home with lamps.")
        func logits() throws -> [Float] {
            let context = try LlamaContext(
                model, LlamaContext.Settings(contextTokens: 256, batchTokens: 64, sequences: 1))
            for (at, token) in tokens.enumerated() {
                try context.add(token, at: at, of: 0, wantsOutput: at == tokens.count - 1)
            }
            try context.decode()
            return try context.withLogits(of: tokens.count - 1) { Array($0) }
        }
        let ours = try logits()
        LlamaRuntime.useOwnKernel(false)
        defer { LlamaRuntime.useOwnKernel(true) }
        let theirs = try logits()
        let worst = zip(ours, theirs).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < 0.05)
        if LlamaRuntime.hasOwnKernel { #expect(worst > 0, "two kernels add up in two orders: this one was used") }
    }
}
