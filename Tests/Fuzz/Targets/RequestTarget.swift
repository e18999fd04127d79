// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Primitives

/// What reads the bodies of public requests. The first byte says which reader.
///
/// Claims: any bytes are read or refused; a document that was read, written and read again is the same; a multipart
/// body says the same whether it arrives whole or in pieces.
enum RequestTarget {
    static func run(_ input: [UInt8]) throws {
        guard let kind = input.first else { return }
        let body = Array(input.dropFirst())
        switch kind % 6 {
        case 0: try json(body)
        case 1: try multipart(body)
        case 2: _ = try? body.withUnsafeBytes { try ChatRequest(body: $0) }
        case 3: _ = try? body.withUnsafeBytes { try EmbeddingsRequest(body: $0) }
        case 4: _ = try? body.withUnsafeBytes { try ConversationRequest(body: $0) }
        default: _ = try? body.withUnsafeBytes { try SignInRequest(body: $0) }
        }
    }

    private static func json(_ bytes: [UInt8]) throws {
        guard let first = try? bytes.withUnsafeBytes({ try JSONReader.read($0) }) else { return }
        var writer = JSONWriter()
        write(first, to: &writer)
        let second = try? writer.bytes.withUnsafeBytes { try JSONReader.read($0) }
        try claim(first == second, "a JSON document does not come back: \(String(describing: second))")
    }

    private static func write(_ value: JSONValue, to out: inout JSONWriter) {
        switch value {
        case .null: out.null()
        case .bool(let value): out.bool(value)
        case .integer(let value): out.integer(value)
        // The writer's own decimals are the engine's, of half the width.
        case .decimal(let value): out.raw(value.description.utf8)
        case .string(let text): out.string(text)
        case .array(let items):
            out.array { out in
                for item in items {
                    out.item()
                    write(item, to: &out)
                }
            }
        case .object(let object):
            out.raw("{")
            for (index, member) in object.members.enumerated() {
                if index > 0 { out.raw(",") }
                out.string(member.name)
                out.raw(":")
                write(member.value, to: &out)
            }
            out.raw("}")
        }
    }

    /// The second byte is the length of the pieces in which the body comes the second time.
    private static func multipart(_ bytes: [UInt8]) throws {
        guard let piece = bytes.first else { return }
        let body = Array(bytes.dropFirst())
        let whole = try parts(body, piece: body.count + 1)
        let inPieces = try parts(body, piece: Int(piece) + 1)
        try claim(whole == inPieces, "a multipart body depends on how it arrives")
    }

    /// What a body holds, with the contents of each part put together; nil when it is refused.
    private static func parts(_ body: [UInt8], piece: Int) throws -> [MultipartReader.Event]? {
        var reader = try MultipartReader(contentType: "multipart/form-data; boundary=b")
        var events: [MultipartReader.Event] = []
        for start in stride(from: 0, to: body.count, by: piece) {
            // A refusal is the same whenever it comes; what came before it does not matter any more.
            guard let more = try? reader.read(body[start..<min(start + piece, body.count)]) else { return nil }
            for event in more {
                if case .content(let new) = event, case .content(let old) = events.last {
                    events[events.count - 1] = .content(old + new)
                } else {
                    events.append(event)
                }
            }
        }
        return (try? reader.finish()) == nil ? nil : events
    }
}
