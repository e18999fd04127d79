// SPDX-License-Identifier: Apache-2.0

/// How tool calls stand in an answer's text on its way from a worker to the gateway.
///
/// A call is U+001E, its id, U+001F, its name, U+001F, its arguments; it ends where the next begins or the answer does.
/// Marks in the text and not events beside it, because so a call passes through moderation, the turn log and a resumed
/// stream as every other byte of the answer does. They have this meaning only in turns that offer tools; there, what
/// the model itself writes has the two characters replaced (`cleaned`), and arguments are JSON, which cannot hold them.
package enum CallMarkup {
    package static let begin: UInt8 = 0x1E
    package static let separator: UInt8 = 0x1F

    /// What stands before a call's arguments. Never split over two chunks.
    package static func opening(id: String, name: String) -> [UInt8] {
        [begin] + cleaned(Array(id.utf8)) + [separator] + cleaned(Array(name.utf8)) + [separator]
    }

    /// Text without marks: each becomes a blank, and so does NUL, which no database takes within a call's JSON.
    package static func cleaned(_ bytes: [UInt8]) -> [UInt8] {
        let isMark = { (byte: UInt8) in byte == begin || byte == separator || byte == 0 }
        guard bytes.contains(where: isMark) else { return bytes }
        return bytes.map { isMark($0) ? 0x20 : $0 }
    }
}

/// A tool call of an answer.
package struct ToolCall: Hashable, Sendable {
    package var id: String
    package var name: String
    /// JSON as the model wrote it, which may be cut off.
    package var arguments: String

    package init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }

    /// As OpenAI's `tool_calls` has it.
    package var json: JSONValue {
        .object(
            JSONObject([
                .init(name: "id", value: .string(id)), .init(name: "type", value: .string("function")),
                .init(
                    name: "function",
                    value: .object(
                        JSONObject([
                            .init(name: "name", value: .string(name)),
                            .init(name: "arguments", value: .string(arguments)),
                        ]))),
            ]))
    }
}

/// Takes an answer's marked text apart as it comes.
package struct CallReader: Sendable {
    package enum Piece: Hashable, Sendable {
        case content([UInt8])
        /// A call begins: its index in the answer, its id and its name.
        case call(index: Int, id: String, name: String)
        case arguments(index: Int, [UInt8])
    }

    /// A longer id or name is cut: no worker of ours writes one.
    package static let longestHeader = 1_024

    private enum Place { case content, id, name, arguments }
    private var place: Place
    private var header: [UInt8] = []
    private var id = ""
    /// Calls whose beginning was read.
    package private(set) var begun: Int

    /// - Parameter begun: calls that had begun where this text goes on: with any, in the last one's arguments.
    package init(begun: Int = 0) {
        self.begun = begun
        place = begun > 0 ? .arguments : .content
    }

    package mutating func read(_ bytes: some Sequence<UInt8>) -> [Piece] {
        var pieces: [Piece] = []
        var run: [UInt8] = []
        for byte in bytes {
            switch (place, byte) {
            case (_, CallMarkup.begin):
                flush(&run, into: &pieces)
                header = []
                place = .id
            case (.id, CallMarkup.separator):
                id = String(decoding: header, as: UTF8.self)
                header = []
                place = .name
            case (.name, CallMarkup.separator):
                pieces.append(.call(index: begun, id: id, name: String(decoding: header, as: UTF8.self)))
                begun += 1
                header = []
                place = .arguments
            case (.id, _), (.name, _):
                if header.count < Self.longestHeader { header.append(byte) }
            default: run.append(byte)
            }
        }
        flush(&run, into: &pieces)
        return pieces
    }

    private func flush(_ run: inout [UInt8], into pieces: inout [Piece]) {
        guard !run.isEmpty else { return }
        pieces.append(place == .content ? .content(run) : .arguments(index: max(0, begun - 1), run))
        run = []
    }

    /// A whole answer's text: what it says, and the calls it makes.
    package static func split(_ text: [UInt8]) -> (content: [UInt8], calls: [ToolCall]) {
        var reader = CallReader()
        var content: [UInt8] = []
        var calls: [ToolCall] = []
        var arguments: [[UInt8]] = []
        for piece in reader.read(text) {
            switch piece {
            case .content(let bytes): content += bytes
            case .call(_, let id, let name):
                calls.append(ToolCall(id: id, name: name, arguments: ""))
                arguments.append([])
            case .arguments(let index, let bytes): if arguments.indices.contains(index) { arguments[index] += bytes }
            }
        }
        for index in calls.indices { calls[index].arguments = String(decoding: arguments[index], as: UTF8.self) }
        return (content, calls)
    }
}
