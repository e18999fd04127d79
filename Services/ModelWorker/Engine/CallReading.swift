// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain
import Primitives

/// Reads an answer that may call tools, in whatever notation the model's template taught it.
struct CallReading: AnswerReading {
    /// The parser reads the whole answer every time. Up to this length it does so for every token, beyond it for every
    /// sixteenth: 20 us a token at 1,024 tokens, 63 on average to 4,096 otherwise.
    private static let closelyReadBytes = 4_096
    private static let stride = 16

    private let parser: LlamaAnswerParser
    private let idSeed: UInt64
    private var raw: [UInt8] = []
    /// How much of `raw` the parser has.
    private var parsed = 0
    private var pieces = 0
    private var contentTold = 0
    private var begun = 0
    /// The parser gave up: what follows is told as it is.
    private var isPlain = false

    init(_ parser: LlamaAnswerParser, idSeed: UInt64) {
        self.parser = parser
        self.idSeed = idSeed
    }

    var hasCalls: Bool { begun > 0 }
    var violation: String? { nil }

    mutating func append(_ bytes: [UInt8]) -> [UInt8] {
        let bytes = CallMarkup.cleaned(bytes)
        raw += bytes
        pieces += 1
        if isPlain { return begun > 0 ? [] : bytes }
        guard raw.count <= Self.closelyReadBytes || pieces % Self.stride == 0 else { return [] }
        return parse(isLast: false)
    }

    mutating func finish() -> [UInt8] { isPlain ? [] : parse(isLast: true) }

    private mutating func parse(isLast: Bool) -> [UInt8] {
        let news: JSONValue
        do {
            let answer = try parser.feed(Array(raw[parsed...]), isLast: isLast)
            parsed = raw.count
            news = try JSONReader.read(answer)
        } catch {
            // A call that is none after all, such as one of a tool that is not there: the model's text speaks for
            // itself, unless calls have been told already.
            isPlain = true
            return begun > 0 ? [] : Array(raw[min(contentTold, raw.count)...])
        }
        guard case .array(let items) = news else { return [] }
        var told: [UInt8] = []
        for case .object(let item) in items { tell(item, &told) }
        return told
    }

    private mutating func tell(_ item: JSONObject, _ told: inout [UInt8]) {
        if case .string(let content) = item["content"], begun == 0 {
            told += content.utf8
            contentTold += content.utf8.count
        }
        guard case .integer(let index) = item["call"] else { return }
        if index >= begun, case .string(let name) = item["name"] {
            told += CallMarkup.opening(id: id(of: begun), name: name)
            begun += 1
        }
        // Only the last call still grows; its name is known before its arguments.
        if index == begun - 1, case .string(let arguments) = item["arguments"] {
            told += CallMarkup.cleaned(Array(arguments.utf8))
        }
    }

    /// The same on every worker, so that a call keeps its id when its answer goes on elsewhere.
    private func id(of index: Int) -> String {
        let bits = CounterRandom(seed: idSeed).bits(at: UInt64(index))
        let digits = String(bits, radix: 16)
        return "call_" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
