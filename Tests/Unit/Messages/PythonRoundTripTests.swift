// SPDX-License-Identifier: Apache-2.0

import Foundation
import Messages
import Primitives
import TestKit
import Testing

/// Goal: what we read and write is protobuf, and every field lands in its own property.
/// Method: Python's protobuf makes random messages of every type from the same contracts; each is decoded here,
/// compared field by field with Python's own account of it, and encoded again to exactly Python's bytes.
@Suite struct PythonRoundTripTests {
    struct Record: Decodable {
        var name: String
        var wire: String
        var value: String
        var canonical: String
    }

    @Test(arguments: [1, 2])
    func everyMessageMeansTheSameToPython(seed: Int) throws {
        let types = Dictionary(uniqueKeysWithValues: MessageCatalogue.all.map { ($0.messageName, $0) })
        let records = try Self.records(seed: seed, count: 12)
        #expect(Set(records.map(\.name)) == Set(types.keys))
        for record in records {
            let type = try #require(types[record.name])
            let wire = try #require(Hex.decode(record.wire))
            let value = try wire.withUnsafeBytes { bytes in try type.init(decoding: bytes) }
            #expect(portrait(value) == record.value, "\(record.name) of seed \(seed)")
            let encoded = value.withEncoded { Hex.encode(Array($0)) }
            #expect(encoded == record.canonical, "\(record.name) of seed \(seed)")
        }
    }

    /// Runs the script with the interpreter that `make proto` and `make test` set up, which has Python's protobuf.
    static func records(seed: Int, count: Int) throws -> [Record] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardizedFileURL
        let python = root.appending(path: ".cache/venv/bin/python")
        try #require(
            FileManager.default.isExecutableFile(atPath: python.path),
            "no .cache/venv: run `make proto` once, or `python3 -m venv .cache/venv` and pip install protobuf there")
        let text = try ChildProcess.run([
            python.path, root.appending(path: "Tests/Contract/random_messages.py").path,
            "--seed", "\(seed)", "--count", "\(count)",
        ])
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Record.self, from: Data($0.utf8)) }
    }
}
