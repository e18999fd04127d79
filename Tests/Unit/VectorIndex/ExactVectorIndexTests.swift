// SPDX-License-Identifier: Apache-2.0

import Primitives
import Testing
import VectorIndex

@Suite struct ExactVectorIndexTests {
    private func passage(_ number: UInt64) -> PassageID { PassageID(UUIDv7(high: 1, low: number)) }
    private func file(_ number: UInt64) -> FileID { FileID(UUIDv7(high: 2, low: number)) }

    private func filled() -> ExactVectorIndex {
        var index = ExactVectorIndex(dimensions: 3)
        index.upsert([
            VectorEntry(passage: passage(1), file: file(1), vector: [1, 0, 0]),
            VectorEntry(passage: passage(2), file: file(1), vector: [0, 1, 0]),
            VectorEntry(passage: passage(3), file: file(2), vector: [0.6, 0.8, 0]),
        ])
        return index
    }

    @Test func theNearestComeFirst() {
        let hits = filled().search([1, 0, 0], limit: 2, files: [])
        #expect(hits.map(\.passage) == [passage(1), passage(3)])
        #expect(abs((hits.last?.score ?? 0) - 0.6) < 1e-6)
    }

    @Test func onlyTheWantedFilesAreSearched() {
        #expect(filled().search([1, 0, 0], limit: 5, files: [file(2)]).map(\.passage) == [passage(3)])
    }

    @Test func removedFilesAreGoneAndUpsertsReplace() {
        var index = filled()
        index.remove(files: [file(1)])
        #expect(index.count == 1)
        index.upsert([VectorEntry(passage: passage(3), file: file(2), vector: [0, 0, 1])])
        #expect(index.count == 1)
        #expect(index.search([0, 0, 1], limit: 1, files: []).first?.score == 1)
    }

    @Test func vectorsOfAnotherLengthAreNotTakenIn() {
        var index = filled()
        index.upsert([VectorEntry(passage: passage(9), file: file(9), vector: [1])])
        #expect(index.count == 3)
        #expect(index.search([1], limit: 1, files: []).isEmpty)
    }
}
