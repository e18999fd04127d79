// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// How likely the model found one token, in OpenAI's shape.
package struct TokenLikelihood: Hashable, Sendable {
    package struct Alternative: Hashable, Sendable {
        package var bytes: [UInt8]
        package var logprob: Float

        package init(bytes: [UInt8], logprob: Float) {
            self.bytes = bytes
            self.logprob = logprob
        }

        fileprivate func write(_ writer: inout JSONWriter) {
            writer.member("token", String(decoding: bytes, as: UTF8.self))
            writer.name("logprob")
            // JSON has no infinity; OpenAI's word for "next to never" is -9999.
            writer.decimal(logprob.isFinite ? max(-9999, logprob) : -9999)
            writer.member(
                "bytes",
                array: { writer in
                    for byte in bytes {
                        writer.item()
                        writer.integer(byte)
                    }
                })
        }
    }

    package var chosen: Alternative
    package var top: [Alternative]

    package init(chosen: Alternative, top: [Alternative]) {
        self.chosen = chosen
        self.top = top
    }

    /// `{"content":[…],"refusal":null}`, or `null` where nobody asked.
    package static func write(_ tokens: [TokenLikelihood]?, into writer: inout JSONWriter) {
        guard let tokens else { return writer.null() }
        writer.object { writer in
            writer.member(
                "content",
                array: { writer in
                    for token in tokens {
                        writer.item()
                        token.write(&writer)
                    }
                })
            writer.nullMember("refusal")
        }
    }

    private func write(_ writer: inout JSONWriter) {
        writer.object { writer in
            chosen.write(&writer)
            writer.member(
                "top_logprobs",
                array: { writer in
                    for alternative in top {
                        writer.item()
                        writer.object { alternative.write(&$0) }
                    }
                })
        }
    }
}

/// What a whole answer says: its text, or the calls it makes, or both.
package struct AnswerMessage: Hashable, Sendable {
    package var text: [UInt8]
    package var calls: [ToolCall] = []
    /// nil where nobody asked.
    package var likelihoods: [TokenLikelihood]?

    package init(text: [UInt8], calls: [ToolCall] = [], likelihoods: [TokenLikelihood]? = nil) {
        self.text = text
        self.calls = calls
        self.likelihoods = likelihoods
    }

    package func write(_ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("role", "assistant")
            writer.name("content")
            if text.isEmpty, !calls.isEmpty {
                writer.null()
            } else {
                writer.quoted { writer in text.withUnsafeBytes { writer.escaped($0) } }
            }
            writer.nullMember("refusal")
            writer.member("annotations", array: { _ in })
            guard !calls.isEmpty else { return }
            writer.member(
                "tool_calls",
                array: { writer in
                    for call in calls {
                        writer.item()
                        writer.raw(call.json.text)
                    }
                })
        }
    }
}
