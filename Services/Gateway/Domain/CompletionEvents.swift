// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// An answer's server-sent events, as bytes (https://html.spec.whatwg.org/multipage/server-sent-events.html).
///
/// What all chunks share is written once; a token then costs two copies and its own escaping. JSON has no raw line
/// ends, so an event is always one `data:` line.
package struct CompletionEvents: Sendable {
    private let includesUsage: Bool
    private let turn: String
    /// `data: {"id":…,"choices":[{"index":0,"delta":`
    private let opening: [UInt8]
    /// `data: {"id":…,"choices":[` for the chunk that carries usage and no choice.
    private let bareOpening: [UInt8]

    /// - Parameter includesUsage: the client asked for `stream_options.include_usage`; then every chunk has the field,
    ///   `null` in all but the last.
    package init(head: CompletionHead, includesUsage: Bool) {
        self.includesUsage = includesUsage
        turn = head.turn.description
        var writer = JSONWriter(capacity: 256)
        writer.raw("data: ")
        writer.object { writer in
            writer.member("id", head.id)
            writer.member("object", "chat.completion.chunk")
            writer.member("created", head.createdAt.seconds)
            writer.member("model", head.model)
            writer.name("choices")
        }
        // The object is left open on purpose: `}` goes, the rest of the chunk follows.
        bareOpening = writer.bytes.dropLast() + Array("[".utf8)
        opening = bareOpening + Array("{\"index\":0,\"delta\":".utf8)
    }

    /// The first chunk: who speaks, and what Parley knows before the first word.
    package func began(_ extras: CompletionExtras, into writer: inout JSONWriter) {
        writer.raw(opening)
        writer.raw("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}")
        close(finishReason: nil, extras: extras, into: &writer)
    }

    /// What Parley learnt after the first chunk had left.
    package func noted(_ extras: CompletionExtras, into writer: inout JSONWriter) {
        writer.raw(opening)
        writer.raw("{}")
        close(finishReason: nil, extras: extras, into: &writer)
    }

    /// - Parameter next: the index of the first token that has not been sent yet. It is the event's id, so that a
    ///   client's `Last-Event-ID` says exactly where to go on.
    package func tokens(_ text: UnsafeRawBufferPointer, next: UInt32, into writer: inout JSONWriter) {
        begin(next, calls: 0, into: &writer)
        writer.raw("{\"content\":\"")
        writer.escaped(text)
        writer.raw("\"}")
        close(finishReason: nil, extras: nil, into: &writer)
    }

    /// The same for an answer that may call tools or tell probabilities: a chunk for each thing that is new.
    ///
    /// All but the last are without an id: a client that breaks off between them gets all of them again.
    ///
    /// - Parameters:
    ///   - begun: calls that have begun once these pieces have been told; part of the id, because a stream that goes
    ///     on in the middle of a call cannot see which one it is.
    ///   - likelihoods: told with the first chunk; nil where nobody asked.
    package func pieces(
        _ pieces: [CallReader.Piece], next: UInt32, begun: Int, likelihoods: [TokenLikelihood]?,
        into writer: inout JSONWriter
    ) {
        for (index, piece) in pieces.enumerated() {
            if index == pieces.count - 1 {
                begin(next, calls: begun, into: &writer)
            } else {
                writer.raw(opening)
            }
            delta(piece, into: &writer)
            close(
                finishReason: nil, extras: nil, likelihoods: index == 0 ? likelihoods : likelihoods.map { _ in [] },
                into: &writer)
        }
        guard pieces.isEmpty, let likelihoods else { return }
        begin(next, calls: begun, into: &writer)
        writer.raw("{}")
        close(finishReason: nil, extras: nil, likelihoods: likelihoods, into: &writer)
    }

    private func begin(_ next: UInt32, calls: Int, into writer: inout JSONWriter) {
        writer.raw("id: ")
        writer.raw(turn.utf8)
        writer.raw(":")
        writer.integer(next)
        if calls > 0 {
            writer.raw(":")
            writer.integer(calls)
        }
        writer.raw("\n")
        writer.raw(opening)
    }

    private func delta(_ piece: CallReader.Piece, into writer: inout JSONWriter) {
        switch piece {
        case .content(let text):
            writer.raw("{\"content\":\"")
            text.withUnsafeBytes { writer.escaped($0) }
            writer.raw("\"}")
        case .call(let index, let id, let name):
            writer.raw("{\"tool_calls\":[{\"index\":")
            writer.integer(index)
            writer.raw(",\"id\":")
            writer.string(id)
            writer.raw(",\"type\":\"function\",\"function\":{\"name\":")
            writer.string(name)
            writer.raw(",\"arguments\":\"\"}}]}")
        case .arguments(let index, let text):
            writer.raw("{\"tool_calls\":[{\"index\":")
            writer.integer(index)
            writer.raw(",\"function\":{\"arguments\":\"")
            text.withUnsafeBytes { writer.escaped($0) }
            writer.raw("\"}}]}")
        }
    }

    package func finished(_ reason: String, into writer: inout JSONWriter) {
        writer.raw(opening)
        writer.raw("{}")
        close(finishReason: reason, extras: nil, into: &writer)
    }

    package func usage(_ usage: TokenUsage, into writer: inout JSONWriter) {
        guard includesUsage else { return }
        writer.raw(bareOpening)
        writer.raw("],\"usage\":")
        usage.write(&writer)
        writer.raw("}\n\n")
    }

    /// An error that came after the head: OpenAI's clients raise what stands in an `error` member.
    package static func error(_ json: [UInt8], into writer: inout JSONWriter) {
        writer.raw("data: ")
        writer.raw(json)
        writer.raw("\n\n")
    }

    package static func done(into writer: inout JSONWriter) { writer.raw("data: [DONE]\n\n") }

    private func close(
        finishReason: String?, extras: CompletionExtras?, likelihoods: [TokenLikelihood]? = nil,
        into writer: inout JSONWriter
    ) {
        writer.raw(",\"logprobs\":")
        TokenLikelihood.write(likelihoods, into: &writer)
        writer.raw(",\"finish_reason\":")
        if let finishReason { writer.string(finishReason) } else { writer.null() }
        writer.raw("}]")
        if includesUsage { writer.raw(",\"usage\":null") }
        if let extras, !extras.isEmpty {
            writer.raw(",\"parley\":")
            extras.write(&writer)
        }
        writer.raw("}\n\n")
    }
}
