// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain

/// Turns a rendered prompt into a model's tokens, keeping text text.
struct LlamaTokenizer: Sendable {
    let model: LlamaModel
    let template: ChatTemplate
    private let controls: [String: TokenID]

    init(model: LlamaModel, template: ChatTemplate) {
        self.model = model
        self.template = template
        var controls: [String: TokenID] = [:]
        for name in [ChatTemplate.beginning, ChatTemplate.end] {
            if let token = model.controlToken(name) { controls[name] = TokenID(token) }
        }
        self.controls = controls
    }

    /// Whether the vocabulary has the template's control tokens.
    var hasChatML: Bool { controls.count == 2 }

    /// Names what token ids mean: kind, splitter and size of the vocabulary.
    var name: String {
        let kind = model.metadata("tokenizer.ggml.model") ?? "unknown"
        let splitter = model.metadata("tokenizer.ggml.pre") ?? "default"
        return "\(kind)-\(splitter)-\(model.vocabularySize)"
    }

    func tokens(of messages: [ChatMessage]) throws(LlamaFailure) -> [TokenID] {
        var tokens: [TokenID] = []
        for piece in template.render(messages) {
            switch piece {
            case .control(let name):
                if let token = controls[name] { tokens.append(token) }
            case .text(let text):
                tokens += try self.tokens(of: text)
            case .generated(let ids, let text):
                // Ids that do not spell the text are not what was judged and stored: the text wins.
                tokens += spells(ids, text) ? ids : try self.tokens(of: text)
            }
        }
        return tokens
    }

    func tokens(of text: String) throws(LlamaFailure) -> [TokenID] {
        try model.tokenize(text).map { TokenID($0) }
    }

    func spells(_ ids: [TokenID], _ text: String) -> Bool {
        var bytes: [UInt8] = []
        for id in ids {
            guard let token = LlamaToken(exactly: id), model.contains(token), !model.isControl(token) else {
                return false
            }
            bytes += model.bytes(of: token)
        }
        return bytes == Array(text.utf8)
    }
}
