// SPDX-License-Identifier: Apache-2.0

import Clients
import MessageJSON
import Messages
import NIOCore
import Primitives
import RPC
import Telemetry

/// One call of a method by its name: requests as octets in, lines of JSON out as they come.
struct NamedCall: Sendable {
    let method: CatalogueMethod
    let requests: [OpaqueMessage]
    let report: AdminReport

    /// - Returns: How many messages and token chunks came, and their octets.
    func perform(_ client: RPCClient, _ context: CallContext) async throws -> (messages: Int, octets: Int) {
        switch method.description.kind {
        case .unary:
            let reply = try await client.unary(method.opaque, requests[0], context)
            try show(reply)
            return (1, reply.octets.count)
        case .serverStreaming:
            return try await client.serverStreaming(method.opaque, requests[0], context) { reader in
                try await read(reader)
            }
        case .bidirectional:
            return try await client.bidirectional(method.opaque, context) { writer, reader in
                // Both ways at once: a peer that answers while it is asked must not wait for us to read.
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for request in requests { try await writer.send(request) }
                        writer.finish()
                    }
                    let counts = try await read(reader)
                    group.cancelAll()
                    return counts
                }
            }
        }
    }

    private func read(_ reader: StreamReader<OpaqueMessage>) async throws -> (messages: Int, octets: Int) {
        var counts = (messages: 0, octets: 0)
        while let element = try await reader.next() {
            counts.messages += 1
            switch element {
            case .event(let event):
                counts.octets += event.octets.count
                try show(event)
            case .tokens(let chunk):
                counts.octets += chunk.encodedSize
                show(chunk)
            }
        }
        return counts
    }

    private func show(_ message: OpaqueMessage) throws {
        guard let schema = MessageSchema.named(method.response.messageName) else { return }
        do {
            report.line(try MessageShowing(showsSecrets: true).json(message.octets, of: schema))
        } catch {
            throw Failure(.internal, "The answer is not what the contract says: \(error)", reason: "undecodable")
        }
    }

    /// `@` keeps the name out of the way of every field.
    private func show(_ chunk: TokenChunk) {
        var text = JSONText()
        text.openObject()
        text.name("@tokens")
        text.openObject()
        text.name("seq")
        text.integer(chunk.seq)
        text.name("count")
        text.integer(chunk.count)
        text.field("text", String(decoding: chunk.text.readableBytesView, as: UTF8.self))
        if !chunk.ids.isEmpty {
            text.name("ids")
            text.openArray()
            for id in chunk.ids { text.integer(id) }
            text.closeArray()
        }
        text.closeObject()
        text.closeObject()
        report.line(String(decoding: text.bytes, as: UTF8.self))
    }
}
