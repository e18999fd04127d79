// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Primitives
import Testing

struct RequestDecodingTests {
    private func embeddings(_ text: String) throws -> EmbeddingsRequest {
        try Array(text.utf8).withUnsafeBytes { try EmbeddingsRequest(body: $0) }
    }

    private func conversation(_ text: String) throws -> ConversationRequest {
        try Array(text.utf8).withUnsafeBytes { try ConversationRequest(body: $0) }
    }

    @Test func embeddingInputMayBeOneTextOrSeveral() throws {
        #expect(try embeddings(#"{"model":"e","input":"a"}"#).inputs == ["a"])
        let several = try embeddings(#"{"model":"e","input":["a","b"],"encoding_format":"base64"}"#)
        #expect(several.inputs == ["a", "b"] && several.encoding == .base64)
    }

    @Test(arguments: [
        (#"{"model":"e"}"#, "input", "missing_required_parameter"),
        (#"{"model":"e","input":[]}"#, "input", "empty_array"),
        (#"{"model":"e","input":""}"#, "input", "empty_string"),
        (#"{"model":"e","input":["a",""]}"#, "input[1]", "empty_string"),
        (#"{"model":"e","input":[[1,2]]}"#, "input[0]", "unsupported_parameter"),
        (#"{"model":"e","input":"a","encoding_format":"hex"}"#, "encoding_format", "invalid_value"),
        (#"{"model":"e","input":"a","dimensions":0}"#, "dimensions", "integer_below_min_value"),
        (#"{"model":"e","input":"a","dimensions":65537}"#, "dimensions", "integer_above_max_value"),
        (#"{"model":"e","input":"a","dimensions":"8"}"#, "dimensions", "invalid_type"),
    ])
    func wrongEmbeddingRequestsAreRefused(_ body: String, _ parameter: String, _ code: String) {
        let refusal = #expect(throws: RequestRefusal.self) { try embeddings(body) }
        #expect(refusal?.parameter == parameter && refusal?.code == code)
    }

    @Test func conversationNeedsNothing() throws {
        let empty = try conversation("")
        #expect(empty.title.isEmpty && empty.metadataJSON == nil)
        let named = try conversation(#"{"metadata":{"title":"Trip \"north\"","k":"v"}}"#)
        #expect(named.title == "Trip \"north\"")
        #expect(named.metadataJSON == Array(#"{"title":"Trip \"north\"","k":"v"}"#.utf8))
    }

    @Test(arguments: [
        (#"{"metadata":{"k":1}}"#, "metadata.k", "invalid_type"),
        (#"{"items":[{}]}"#, "items", "unsupported_parameter"),
        (#"{"metadata":{"k":"\#(String(repeating: "x", count: 513))"}}"#, "metadata", "string_above_max_length"),
    ])
    func wrongConversationRequestsAreRefused(_ body: String, _ parameter: String, _ code: String) {
        let refusal = #expect(throws: RequestRefusal.self) { try conversation(body) }
        #expect(refusal?.parameter == parameter && refusal?.code == code)
    }

    @Test func signInNeverPrintsItsPassword() throws {
        let request = try Array(#"{"email":"a@b.c","password":"hunter2"}"#.utf8).withUnsafeBytes {
            try SignInRequest(body: $0)
        }
        #expect(!"\(request)".contains("hunter2"))
    }

    @Test func publicIdsReadBothWays() throws {
        let id = try #require(FileID("0190c42a-b1c8-7d03-a000-000000000002"))
        let format = PublicID<FileKind>.file
        #expect(format.text(id) == "file-0190c42ab1c87d03a000000000000002")
        #expect(format.read(format.text(id)) == id)
        #expect(format.read(id.description) == id)
        for wrong in [
            "file-", "file-0190", "conv_0190c42ab1c87d03a000000000000002", "", "file-zz90c42ab1c87d03a000000000000002",
        ] {
            #expect(format.read(wrong) == nil)
        }
    }
}
