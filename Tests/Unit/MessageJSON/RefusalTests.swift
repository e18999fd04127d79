// SPDX-License-Identifier: Apache-2.0

import MessageJSON
import Messages
import Primitives
import Testing

/// Goal: a wrong document is refused with the place and the reason, and costs no more than its bounds.
@Suite struct RefusalTests {
    private func refusal(_ json: String, _ type: any BinaryMessage.Type) -> String {
        do {
            return "accepted: \(try MessageReading.octets(json, of: type))"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        (#"{"role":1}"#, "role: expected a string, found an integer"),
        (#"{"rol":"user"}"#, "rol: parley.common.v1.PromptMessage has no such field; did you mean role?"),
        (#"{"role":"a","role":"b"}"#, "role: is given twice"),
        (#"{"token_ids":[1],"tokenIds":[1]}"#, "tokenIds: is given twice"),
        (#"{"tokenIds":[1,"x"]}"#, "tokenIds[1]: expected an integer, found text"),
        (#"{"tokenIds":[1,4294967296]}"#, "tokenIds[1]: is not within 0 … 4294967295"),
        (#"{"tokenIds":[-1]}"#, "tokenIds[0]: is not within 0 … 4294967295"),
        (#"{"tokenIds":[1.5]}"#, "tokenIds[0]: expected an integer, found a fraction"),
        (#"{"tokenIds":[null]}"#, "tokenIds[0]: expected an integer, found null"),
        (#"{"tokenIds":7}"#, "tokenIds: expected an array, found an integer"),
        (#"{"toolCallsJson":"%"}"#, "toolCallsJson: is not base64"),
        ("[]", "expected an object of parley.common.v1.PromptMessage, found an array"),
        ("{\n  \"role\": }", "line 2, column 11: expected a value"), ("", "line 1, column 1: it ends too early"),
    ])
    func whatIsWrongIsNamed(_ json: String, _ expected: String) {
        #expect(refusal(json, PromptMessage.self) == expected)
    }

    @Test func placesInsideOfListsAreNamed() {
        #expect(refusal(#"{"messages":[{},{"content":[]}]}"#, GenerateRequest.self).hasPrefix("messages[1].content: "))
    }

    @Test func idsMustBeThereAndBeIDs() {
        #expect(
            refusal("{}", RevokeKeyRequest.self)
                == "keyId of parley.auth.v1.RevokeKeyRequest is missing and must be there"
                || refusal("{}", RevokeKeyRequest.self).contains("is missing and must be there"))
        #expect(refusal(#"{"keyId":"abc"}"#, RevokeKeyRequest.self).contains("expected an id as 8-4-4-4-12 hex digits"))
    }

    @Test func casesOfAOneofExcludeEachOther() {
        let text = refusal(#"{"start":{},"chunk":{}}"#, JudgeStreamInput.self)
        #expect(text == "chunk: excludes start, which is given too")
    }

    @Test func enumsAreNamedOrNumbered() throws {
        #expect(refusal(#"{"direction":"DIRECTION_INPU"}"#, JudgeTextRequest.self).contains("mean DIRECTION_INPUT?"))
        let named = try MessageReading.octets(#"{"direction":"DIRECTION_INPUT"}"#, of: JudgeTextRequest.self)
        #expect(try MessageReading.octets(#"{"direction":1}"#, of: JudgeTextRequest.self) == named)
        let schema = try #require(MessageSchema.named(JudgeTextRequest.messageName))
        let newer = try MessageReading.octets(#"{"direction":77}"#, of: JudgeTextRequest.self)
        #expect(try MessageShowing(showsSecrets: true).json(newer, of: schema) == #"{"direction":77}"#)
    }

    @Test func largeNumbersAreExactOrRefused() throws {
        let schema = try #require(MessageSchema.named(Sampling.messageName))
        let octets = try MessageReading.octets(#"{"seed":"18446744073709551615"}"#, of: Sampling.self)
        #expect(try MessageShowing(showsSecrets: true).json(octets, of: schema) == #"{"seed":"18446744073709551615"}"#)
        #expect(refusal(#"{"seed":18446744073709551615}"#, Sampling.self).contains("write it as a string"))
        #expect(refusal(#"{"seed":"18446744073709551616"}"#, Sampling.self).contains("is not within"))
        #expect(refusal(#"{"temperature":1e39}"#, Sampling.self).contains("beyond a float"))
    }

    @Test func depthAndSizeAreBounded() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(refusal(deep, PromptMessage.self).contains("nested too deeply"))
        let long = #"{"content":""# + String(repeating: "x", count: MessageJSONLimits.documentBytes) + #""}"#
        #expect(refusal(long, PromptMessage.self).contains("more than"))
        let large = #"{"content":""# + String(repeating: "x", count: MessageJSONLimits.messageBytes) + #""}"#
        #expect(refusal(large, PromptMessage.self).contains("more than the protocol carries"))
    }

    @Test func secretsAreHiddenUnlessAskedFor() throws {
        let schema = try #require(MessageSchema.named(LoginRequest.messageName))
        let octets = try MessageReading.octets(#"{"password":"hunter2"}"#, of: LoginRequest.self)
        #expect(
            try MessageShowing(showsSecrets: false).json(octets, of: schema) == #"{"password":"(7 octets, not shown)"}"#
        )
        #expect(try MessageShowing(showsSecrets: true).json(octets, of: schema).contains("hunter2"))
    }

    @Test func fieldsOfNewerPeersAreCounted() throws {
        let schema = try #require(MessageSchema.named(Sampling.messageName))
        let shown = try MessageShowing(showsSecrets: true).json([0xC0, 0x3E, 0x2A], of: schema)
        #expect(shown == #"{"@unknownFields":1}"#)
    }
}
