// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@Suite struct UUIDv7Tests {
    private func some(_ count: Int) -> [UUIDv7] {
        var random = SeededRandomness(seed: 1)
        return (0..<count).map { index in
            UUIDv7(at: Timestamp(microseconds: Int64(index) * 1_000), random: &random)
        }
    }

    @Test func textAndBytesComeBack() {
        for id in some(500) {
            #expect(UUIDv7(id.description) == id)
            #expect(UUIDv7(id.description.uppercased()) == id)
            #expect(UUIDv7(bytes: id.bytes) == id)
        }
    }

    @Test func carriesVersionVariantAndTime() {
        for (index, id) in some(500).enumerated() {
            let text = Array(id.description)
            #expect(text[14] == "7")
            #expect("89ab".contains(text[19]))
            #expect(id.milliseconds == Int64(index))
        }
    }

    /// Ids, their bytes and their texts all sort by age, so that any index does.
    @Test func sortsByAgeInEveryForm() {
        let ids = some(300)
        #expect(ids.sorted() == ids)
        #expect(ids.sorted { $0.description < $1.description } == ids)
        #expect(ids.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) } == ids)
    }

    @Test func matchesTheStandardsExample() {
        // RFC 9562, appendix A.6.
        let id = UUIDv7("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
        #expect(id?.milliseconds == 1_645_557_742_000)
        #expect(id?.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test(arguments: [
        "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c073}",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2+79b0-7cc3-98c4-dc0c0c07398f", "-17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "０17f22e2-79b0-7cc3-98c4-dc0c0c0739",
    ])
    func malformedTextIsRefused(text: String) {
        #expect(UUIDv7(text) == nil)
    }

    @Test func wrongCountOfBytesIsRefused() {
        #expect(UUIDv7(bytes: [UInt8](repeating: 0, count: 15)) == nil)
        #expect(UUIDv7(bytes: [UInt8](repeating: 0, count: 17)) == nil)
        #expect(UUIDv7(bytes: []) == nil)
    }

    @Test func digestMakesTheSameWellFormedIdAgain() {
        let id = UUIDv7(digest: .max, .max)
        #expect(id == UUIDv7(digest: .max, .max))
        #expect(id.description == "ffffffff-ffff-7fff-bfff-ffffffffffff")
        #expect(UUIDv7(digest: 0, 0).description == "00000000-0000-7000-8000-000000000000")
    }

    @Test func timeBeforeTheEpochBecomesTheEpoch() {
        var random = SeededRandomness(seed: 3)
        #expect(UUIDv7(at: Timestamp(microseconds: -5_000_000), random: &random).milliseconds == 0)
    }

    @Test func sequentialIdentifiersCountAndDiffer() {
        let first = SequentialIdentifiers(source: 1)
        let second = SequentialIdentifiers(source: 2)
        let ids = [first.next(), first.next(), second.next(), second.next()]
        #expect(Set(ids).count == 4)
        #expect(ids.sorted() == ids)
    }
}
