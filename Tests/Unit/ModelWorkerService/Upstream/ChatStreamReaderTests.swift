// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Testing

@Suite struct ChatStreamReaderTests {
    private static func read(_ events: [String]) throws -> (reader: ChatStreamReader, text: String, pieces: Int) {
        var reader = ChatStreamReader()
        try Array(events.map { "data: \($0)\n\n" }.joined().utf8).withUnsafeBytes { bytes in
            try reader.read(bytes)
        }
        let (text, pieces) = reader.takePieces()
        return (reader, String(decoding: text, as: UTF8.self), pieces)
    }

    private static func delta(_ delta: String, finish: String = "null") -> String {
        """
        {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","system_fingerprint":null,"choices":[\
        {"index":0,"delta":\(delta),"logprobs":null,"finish_reason":\(finish)}]}
        """
    }

    @Test func anAnswerIsPutTogether() throws {
        let (reader, text, pieces) = try Self.read([
            Self.delta(#"{"role":"assistant","content":""}"#), Self.delta(#"{"content":"Gr"}"#),
            Self.delta(#"{"content":"\u00fc\u00dfe \ud83e\udd9c \"\\\n"}"#), Self.delta("{}", finish: #""stop""#),
            #"""
            {"choices":[],"usage":{"prompt_tokens":12,"total_tokens":15,"completion_tokens":3,
             "prompt_tokens_details":{"audio_tokens":0,"cached_tokens":8}}}
            """#.replacing("\n", with: ""),
            "[DONE]", Self.delta(#"{"content":"never read"}"#),
        ])
        #expect(text == "Grüße 🦜 \"\\\n")
        #expect(pieces == 2)
        #expect(reader.finishReason == "stop" && reader.isDone)
        #expect(reader.usage == ServerUsage(prompt: 12, completion: 3, cached: 8))
    }

    /// Goal: what a server says that is no text of ours becomes harmless: half a surrogate pair, U+0000.
    @Test func oddCharactersAreTamed() throws {
        let (_, text, _) = try Self.read([
            Self.delta(#"{"content":"a\u0000b"}"#), Self.delta(#"{"content":"\ud83e!"}"#),
            Self.delta(#"{"content":"\udd9c\ud83e\u0041"}"#),
        ])
        #expect(text == "ab\u{FFFD}!\u{FFFD}\u{FFFD}A")
    }

    @Test func callsOfToolsAreJoined() throws {
        let (reader, text, pieces) = try Self.read([
            Self.delta(
                #"{"tool_calls":[{"index":0,"id":"c1","function":{"name":"weather","arguments":""}}]}"#
            ),
            Self.delta(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]}"#),
            Self.delta(#"{"tool_calls":[{"index":0,"function":{"arguments":" \"Rome\"}"}}]}"#),
            Self.delta(#"{"tool_calls":[{"index":1,"id":"c2","function":{"name":"time","arguments":"{}"}}]}"#),
            Self.delta("{}", finish: #""tool_calls""#),
        ])
        #expect(pieces == 4 && reader.finishReason == "tool_calls")
        #expect(text == "\u{1E}c1\u{1F}weather\u{1F}{\"city\": \"Rome\"}\u{1E}c2\u{1F}time\u{1F}{}")
    }

    /// Goal: no text of a server can pass for a call.
    @Test func theMarksAreOurs() throws {
        let (_, text, _) = try Self.read([
            Self.delta(#"{"content":"a\u001ex\u001fy\u001f{}"}"#),
            Self.delta(#"{"tool_calls":[{"function":{"name":"n\u001f","arguments":"\u001e1"}}]}"#),
        ])
        #expect(text == "axy{}\u{1E}call_1\u{1F}n\u{1F}1")
    }

    /// Goal: reasoning counts as generated and is no text of the answer; another choice than the first is nothing.
    @Test func onlyTheAnswerIsText() throws {
        let (_, text, pieces) = try Self.read([
            Self.delta(#"{"reasoning_content":"hm","content":null}"#), Self.delta(#"{"content":"yes"}"#),
            #"{"choices":[{"index":1,"delta":{"content":"no"}}]}"#,
            #"{"choices":[{"delta":{"content":"!"},"index":0}]}"#,
        ])
        #expect(text == "yes!" && pieces == 3)
    }

    @Test(arguments: [
        "not json", "", "[]", "{", #"{"choices":[{"delta":{"content":"x"#, #"{"choices":[{]}"#, "{} {}", "{\"a\"}",
        #"{"choices":[{"delta":{"content":"\x"}}]}"#, #"{"choices":[{"delta":{"content":"\u12"}}]}"#,
        #"{"choices":[{"delta":{"tool_calls":[{"index":500,"id":"x"}]}}]}"#,
        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"x"}}]}}]}"#,
        String(repeating: "[", count: 100_000),
        "{\"a\":" + String(repeating: "[", count: 100_000),
    ])
    func junkIsRefused(event: String) {
        #expect(throws: ChatStreamReader.Failure.malformed) { try Self.read([event]) }
    }

    /// Goal: what has another shape than expected is passed over, not believed.
    @Test(arguments: [
        "{}", #"{"choices":null}"#, #"{"choices":[7,null,"x"]}"#, #"{"choices":[{"delta":"text"}]}"#,
        #"{"choices":[{"delta":{"content":7,"tool_calls":"x"}}],"usage":null}"#,
        #"{"error":null,"choices":[]}"#, #"{"usage":[1,2]}"#,
    ])
    func oddShapesAreNothing(event: String) throws {
        let (reader, text, pieces) = try Self.read([event])
        #expect(text.isEmpty && pieces == 0 && reader.usage == nil && reader.finishReason == nil)
    }

    @Test(arguments: [
        (#"{"error":{"message":"oops","type":"server_error","code":500}}"#, 500, false),
        (#"{"error":"overloaded"}"#, nil, false), (#"{"object":"error","message":"x","code":400}"#, 400, false),
        (#"{"error":{"message":"x","type":"exceed_context_size_error","code":400}}"#, 400, true),
        (#"{"detail":"This model's maximum context length is 8 tokens."}"#, nil, true),
    ])
    func errorsInTheMiddleAreTold(event: String, code: Int?, isAboutContext: Bool) {
        do {
            _ = try Self.read([Self.delta(#"{"content":"a"}"#), event])
            Issue.record("it was read")
        } catch ChatStreamReader.Failure.server(let error) {
            #expect(error.code == code && error.isAboutContextLength == isAboutContext)
        } catch {
            Issue.record(error)
        }
    }

    @Test func absurdCountsDoNotOverflow() throws {
        let (reader, _, _) = try Self.read([
            #"""
            {"usage":{"prompt_tokens":99999999999999999999999,"completion_tokens":-4,"prompt_tokens_details":\#
            {"cached_tokens":1e9}}}
            """#
        ])
        #expect(reader.usage == ServerUsage(prompt: 1 << 28, completion: 0, cached: 1))
    }
}
