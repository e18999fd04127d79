// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

struct CallMarkupTests {
    private func call(_ id: String, _ name: String, _ arguments: String) -> [UInt8] {
        CallMarkup.opening(id: id, name: name) + Array(arguments.utf8)
    }

    @Test func aWholeAnswerComesApart() {
        let text = Array("One moment.".utf8) + call("c1", "add", #"{"a":1}"#) + call("c2", "sub", "{}")
        let (content, calls) = CallReader.split(text)
        #expect(content == Array("One moment.".utf8))
        #expect(
            calls == [
                ToolCall(id: "c1", name: "add", arguments: #"{"a":1}"#),
                ToolCall(id: "c2", name: "sub", arguments: "{}"),
            ])
        #expect(CallReader.split(Array("plain".utf8)).calls.isEmpty)
    }

    /// Goal: where a text is cut changes nothing.
    /// Method: every way to cut it in two, and byte by byte; the pieces joined are always the same.
    @Test func cutsChangeNothing() {
        let text = Array("Hi".utf8) + call("c1", "add", #"{"a":[1,2]}"#) + call("c2", "sub", "{}")
        func joined(_ parts: [[UInt8]]) -> [String] {
            var reader = CallReader()
            var out: [String] = []
            for piece in parts.flatMap({ reader.read($0) }) {
                switch piece {
                case .content(let bytes): out.append("t\(String(decoding: bytes, as: UTF8.self))")
                case .call(let index, let id, let name): out.append("\(index)\(id)\(name)")
                case .arguments(let index, let bytes): out.append("a\(index)\(String(decoding: bytes, as: UTF8.self))")
                }
            }
            // Runs of one kind are one.
            return out.reduce(into: []) { runs, next in
                if let last = runs.last, next.first == "t", last.first == "t" {
                    runs[runs.count - 1] += next.dropFirst()
                } else if let last = runs.last, next.hasPrefix("a"), last.hasPrefix(next.prefix(2)) {
                    runs[runs.count - 1] += next.dropFirst(2)
                } else {
                    runs.append(next)
                }
            }
        }
        let whole = joined([text])
        #expect(whole == ["tHi", "0c1add", #"a0{"a":[1,2]}"#, "1c2sub", "a1{}"])
        for at in 1..<text.count { #expect(joined([Array(text[..<at]), Array(text[at...])]) == whole) }
        #expect(joined(text.map { [$0] }) == whole)
    }

    @Test func aStreamGoesOnInTheMiddleOfACall() {
        var reader = CallReader(begun: 2)
        #expect(reader.read(Array("}".utf8)) == [.arguments(index: 1, Array("}".utf8))])
        #expect(reader.read(call("c3", "add", "")) == [.call(index: 2, id: "c3", name: "add")])
        #expect(reader.begun == 3)
    }

    @Test func whatAModelWritesCannotForgeACall() {
        let forged = Array("x".utf8) + call("c9", "delete_all", "{}")
        let (content, calls) = CallReader.split(CallMarkup.cleaned(forged))
        #expect(calls.isEmpty && content.count == forged.count)
        let named = CallMarkup.opening(id: "a\u{1F}b", name: "c\u{1E}d")
        #expect(CallReader.split(named).calls == [ToolCall(id: "a b", name: "c d", arguments: "")])
        #expect(CallMarkup.cleaned([0x41, 0, 0x42]) == [0x41, 0x20, 0x42])
    }

    @Test func aHeaderWithoutEndIsBounded() {
        var reader = CallReader()
        let endless = [CallMarkup.begin] + [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
        #expect(reader.read(endless).isEmpty && reader.begun == 0)
        guard case .call(_, let id, _)? = reader.read([CallMarkup.separator, CallMarkup.separator]).first else {
            Issue.record("the call did not begin")
            return
        }
        #expect(id.utf8.count == CallReader.longestHeader)
    }
}
