// SPDX-License-Identifier: Apache-2.0

import HTTPClient
package import ModelWorkerDomain
import NIOCore
import NIOHTTP1
import Primitives
import Telemetry

/// Tokens as the foreign server makes them, where it has a path for that.
extension UpstreamEngine {
    package func tokenize(_ text: String) async throws -> [TokenID] {
        var body = JSONText()
        body.openObject()
        let model = try known()
        switch model.kind {
        case .vllm, .sglang:
            body.field("model", model.name)
            body.field("prompt", text)
            body.name("add_special_tokens")
            body.bool(false)
        case .llamacpp: body.field("content", text)
        case .unknown: throw EngineRefusal.upstream(.unsupported("count tokens"))
        }
        body.closeObject()
        return try await tokens(body.bytes)
    }

    package func tokenize(_ messages: [ChatMessage]) async throws -> [TokenID] {
        let model = try known()
        var body = JSONText()
        body.openObject()
        body.field("model", model.name)
        body.name("messages")
        body.openArray()
        for message in messages {
            body.openObject()
            body.field("role", message.role.rawValue)
            body.field("content", message.content)
            body.closeObject()
        }
        body.closeArray()
        body.closeObject()
        switch model.kind {
        case .vllm: return try await tokens(body.bytes)
        case .llamacpp:
            // Renders and tokenises in two steps.
            guard let answer = try await ask("/apply-template", body.bytes),
                case .string(let prompt)? = answer["prompt"]
            else { throw EngineRefusal.upstream(.unsupported("render a prompt")) }
            return try await tokenize(prompt)
        case .sglang, .unknown: throw EngineRefusal.upstream(.unsupported("render a prompt"))
        }
    }

    private func tokens(_ body: [UInt8]) async throws -> [TokenID] {
        guard let answer = try await ask("/tokenize", body), case .array(let values)? = answer["tokens"] else {
            throw EngineRefusal.upstream(.unsupported("count tokens"))
        }
        return try values.map { value in
            guard case .integer(let number) = value, let token = TokenID(exactly: number) else {
                throw EngineRefusal.upstream(.broken(detail: "tokens that are no numbers"))
            }
            return token
        }
    }

    private func ask(_ path: String, _ body: [UInt8]) async throws -> JSONObject? {
        do {
            guard let answer = try await server.ask(.POST, path, body) else { return nil }
            let document = try? answer.withUnsafeReadableBytes { bytes throws(JSONFailure) in
                try JSONReader.read(bytes)
            }
            guard case .object(let object)? = document else { return nil }
            return object
        } catch let refusal as UpstreamRefusal {
            throw EngineRefusal.upstream(refusal)
        } catch let failure as HTTPClientFailure {
            throw EngineRefusal.upstream(UpstreamRefusal(failure))
        }
    }
}
