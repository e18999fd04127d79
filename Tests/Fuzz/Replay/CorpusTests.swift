// SPDX-License-Identifier: Apache-2.0

import Foundation
import FuzzTargets
import Testing

/// Goal: what the fuzzer has found once stays found, and its seeds mean something.
/// Method: every file of `Tests/Fuzz/Corpus` goes through the function that the fuzzer calls.
@Suite struct CorpusTests {
    private static let corpus = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Corpus")

    @Test(arguments: FuzzTarget.allCases) func noInputOfTheCorpusFindsAnything(target: FuzzTarget) throws {
        let folder = Self.corpus.appendingPathComponent(target.rawValue)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        // Made here, because a loop belongs to the thread that runs the test.
        let loop = FuzzLoop()
        for file in files.sorted(by: { $0.path < $1.path }) {
            let input = try [UInt8](Data(contentsOf: file))
            #expect(throws: Never.self, "\(target)/\(file.lastPathComponent)") { try target.run(input, on: loop) }
        }
    }
}
