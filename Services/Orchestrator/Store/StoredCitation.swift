// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import OrchestratorDomain
import Primitives

/// A passage as the column `items.citations` keeps it. The keys are part of the schema.
struct StoredCitation: Codable {
    var number: UInt32
    var file: String
    var passage: String
    var filename: String
    var text: String
    var score: Float
    var start: UInt64
    var end: UInt64

    static func encode(_ passages: [Passage]) -> [UInt8] {
        guard !passages.isEmpty else { return Array("[]".utf8) }
        let rows = passages.map {
            StoredCitation(
                number: $0.number, file: $0.file.description, passage: $0.passage.description, filename: $0.filename,
                text: $0.text, score: $0.score.isFinite ? $0.score : 0, start: $0.startByte, end: $0.endByte)
        }
        // Encoding plain values cannot fail: the one thing JSON has no word for, a score that is no number, is gone.
        guard let encoded = try? JSONEncoder().encode(rows) else { return Array("[]".utf8) }
        return Array(encoded)
    }

    static func decode(_ bytes: [UInt8]) throws -> [Passage] {
        // The common case by far, and decoding it would cost more than the rest of the row.
        if bytes.count <= 2 { return [] }
        return try JSONDecoder().decode([StoredCitation].self, from: Data(bytes)).compactMap { row in
            guard let file = FileID(row.file), let passage = PassageID(row.passage) else { return nil }
            return Passage(
                number: row.number, file: file, passage: passage, filename: row.filename, text: row.text,
                score: row.score, startByte: row.start, endByte: row.end)
        }
    }
}
