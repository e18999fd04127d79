// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives
import TestKit
import Testing

@Suite struct MessageDescriptionTests {
    /// Goal: a message that slips into a log line takes no prompt, password or key with it.
    @Test func noDescriptionShowsText() throws {
        var maker = WireMaker(seed: 61)
        for type in MessageCatalogue.all {
            for _ in 0..<10 {
                let wire = maker.message(type.messageName)
                let message = try wire.withUnsafeBytes { bytes in try type.init(decoding: bytes) }
                // WireMaker's texts all hold this letter, and no name in a contract does.
                #expect(!"\(message)".contains("é") && !String(reflecting: message).contains("é"))
            }
        }
    }

    @Test func sizesNumbersAndIDsAreShown() {
        let id = FileID(UUIDv7(high: 1, low: 2))
        let file = FileReply(fileID: id, filename: "notes.md", sizeBytes: 42, state: .searchable)
        let text = "\(file)"
        #expect(text.hasPrefix("FileReply(fileID: \(id), filename: <8 bytes>, "))
        #expect(text.contains("sizeBytes: 42") && text.contains("state: searchable"))
        #expect(text.contains("failureReason: nil"))
        let input = IngestFileInput(kind: .content([1, 2, 3]))
        #expect("\(input)" == "IngestFileInput(kind: .content(<3 elements>))")
    }
}
