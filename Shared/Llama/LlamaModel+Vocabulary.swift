// SPDX-License-Identifier: Apache-2.0

import CLlama

extension LlamaModel {
    /// Where this vocabulary first differs from another one in what tokens mean; nil when a token of the one is the
    /// same token of the other.
    ///
    /// Files of one family may be filled up to different sizes with tokens that mean nothing: those may be missing.
    /// Scores and merges are not compared: they decide how text is cut, not what a token says.
    package func vocabularyDifference(from other: LlamaModel) -> String? {
        let (kind, otherKind) = (llama_vocab_type(vocabulary), llama_vocab_type(other.vocabulary))
        guard kind == otherKind else { return "its kind is \(kind.rawValue), and the model's \(otherKind.rawValue)" }
        for token in 0..<LlamaToken(min(vocabularySize, other.vocabularySize)) {
            guard let difference = difference(of: token, from: other) else { continue }
            return difference
        }
        let longer = vocabularySize > other.vocabularySize ? self : other
        for token in LlamaToken(min(vocabularySize, other.vocabularySize))..<LlamaToken(longer.vocabularySize)
        where !longer.isUnused(token) {
            return "it has \(vocabularySize) tokens, and the model \(other.vocabularySize), \(longer.named(token)) too"
        }
        let ends = [("ends a text", llama_vocab_eos), ("ends a turn", llama_vocab_eot)]
        for (what, end) in ends where end(vocabulary) != end(other.vocabulary) {
            return "token \(end(vocabulary)) \(what) in it, and \(end(other.vocabulary)) in the model"
        }
        return nil
    }

    private func difference(of token: LlamaToken, from other: LlamaModel) -> String? {
        guard let text = llama_vocab_get_text(vocabulary, token),
            let otherText = llama_vocab_get_text(other.vocabulary, token)
        else { return "token \(token) has no text" }
        let isSame = cllama_is_same(text, otherText) && isControl(token) == other.isControl(token)
        return isSame ? nil : "\(named(token)) is \(other.named(token)) in the model"
    }

    private func isUnused(_ token: LlamaToken) -> Bool {
        llama_vocab_get_attr(vocabulary, token).rawValue & LLAMA_TOKEN_ATTR_UNUSED.rawValue != 0
    }

    private func named(_ token: LlamaToken) -> String {
        let text = llama_vocab_get_text(vocabulary, token).map { String(cString: $0) } ?? ""
        return "\(isControl(token) ? "control token" : "token") \(token) \"\(text.prefix(40))\""
    }
}
