// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import ModelWorkerDomain
import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import Settings
import TLS

/// A setting of `upstream` that cannot be used. The process does not start.
package struct UpstreamSettingsFailure: Error, CustomStringConvertible {
    package var description: String
}

/// The foreign server: how it is asked, and what it says of itself.
struct UpstreamServer: Sendable {
    /// Whose server it is, as far as that changes what may be asked of it. By `owned_by` in its list of models.
    enum Kind: String, Sendable {
        case vllm, sglang, llamacpp, unknown
    }
    /// What the list of models says of ours.
    struct Model: Hashable, Sendable {
        var name: String
        var kind: Kind
        var contextTokens: Int?
        var createdAt: Timestamp
        /// Everything else it serves, LoRA adapters among them.
        var others: Set<String>
    }

    /// A list of models, a page of metrics.
    private static let maxAnswerBytes = 4 << 20
    /// An answer of some 100,000 tokens with log probabilities.
    private static let maxStreamBytes = 256 << 20
    private static let maxErrorBytes = 64 << 10
    private static let maxModels = 1_000
    /// For what is not generation. A server that computes a long prompt may answer nothing else meanwhile.
    private static let quickTime = TimeAmount.seconds(5)

    let client: HTTPClient
    private let quickHeaders: HTTPHeaders
    private let chatHeaders: HTTPHeaders

    init(_ settings: UpstreamSettings, connections: Int) throws {
        guard var origin = HTTPOrigin(settings.url) else {
            throw UpstreamSettingsFailure(
                description: "upstream.url: expected http://host:port or https://host:port, with a path if need be")
        }
        // Clients of OpenAI's API are given the address with its version; the rest of a server lies beside it.
        if origin.path.hasSuffix("/v1") { origin.path.removeLast(3) }
        var limits = HTTPClientLimits()
        limits.connections = connections
        limits.keptConnections = connections
        limits.headTime = .nanoseconds(settings.firstByteTime.nanoseconds)
        limits.silence = .nanoseconds(settings.silence.nanoseconds)
        client = HTTPClient(
            origin, tls: origin.isSecure ? try .client(authorityFile: settings.authorityFile) : nil, limits: limits,
            group: MultiThreadedEventLoopGroup.singleton)
        var quick: HTTPHeaders = ["accept": "application/json, text/plain"]
        var chat: HTTPHeaders = ["accept": "text/event-stream", "content-type": "application/json"]
        if let key = settings.key, !key.isEmpty {
            let value = key.reveal()
            guard value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw UpstreamSettingsFailure(description: "upstream.api_key_file: a key is one word of ASCII")
            }
            quick.add(name: "authorization", value: "Bearer \(value)")
            chat.add(name: "authorization", value: "Bearer \(value)")
        }
        quickHeaders = quick
        chatHeaders = chat
    }

    // MARK: Generation

    /// Sends a chat request and lends its event stream.
    /// - Throws: `UpstreamRefusal` for an answer that is no stream, `HTTPClientFailure`, or what `body` throws.
    func withChat<R>(
        _ request: [UInt8], _ body: (HTTPClientResponse) async throws -> R
    ) async throws -> R {
        let request = HTTPClientRequest(
            .POST, "/v1/chat/completions", headers: chatHeaders, body: ByteBuffer(bytes: request),
            maxAnswerBytes: Self.maxStreamBytes)
        return try await client.withResponse(request) { response in
            guard response.status == 200 else { throw try await Self.refusal(response) }
            let type = response.headers.first(name: "content-type") ?? ""
            guard type.lowercased().hasPrefix("text/event-stream") else {
                throw UpstreamRefusal.broken(detail: "no event stream")
            }
            return try await body(response)
        }
    }

    private static func refusal(_ response: HTTPClientResponse) async throws -> UpstreamRefusal {
        let error: ServerError
        do {
            let body = try await response.collect(atMost: maxErrorBytes)
            error = body.withUnsafeReadableBytes { ServerError(body: $0) }
        } catch is HTTPClientFailure {
            // The status alone says enough.
            error = ServerError()
        }
        return UpstreamRefusal(
            status: response.status, error, retryAfter: response.headers.first(name: "retry-after"))
    }

    // MARK: Everything else

    /// The body of an answer with status 200; nil with 404, 405 and 501: not offered there.
    /// - Throws: `UpstreamRefusal`, or `HTTPClientFailure`, whose detail is for the log.
    func ask(_ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil) async throws -> ByteBuffer? {
        var headers = quickHeaders
        if body != nil { headers.add(name: "content-type", value: "application/json") }
        let request = HTTPClientRequest(
            method, path, headers: headers, body: body.map { ByteBuffer(bytes: $0) },
            maxAnswerBytes: Self.maxAnswerBytes, timeLimit: Self.quickTime)
        return try await client.withResponse(request) { response in
            switch response.status {
            case 200: return try await response.collect(atMost: Self.maxAnswerBytes)
            case 404, 405, 501: return nil
            default: throw try await Self.refusal(response)
            }
        }
    }

    /// What the server says of its load; nil when it says nothing.
    func load() async throws -> ServerLoad? {
        guard let body = try await ask(.GET, "/metrics") else { return nil }
        let load = body.withUnsafeReadableBytes { ServerLoad(metrics: $0) }
        return load.saysAnything ? load : nil
    }

    /// Finds the model in the server's list.
    /// - Parameter wanted: its name there; nil takes the first.
    func model(_ wanted: String?) async throws -> Model {
        guard let body = try await ask(.GET, "/v1/models") else { throw UpstreamRefusal.unknownModel }
        let document = try? body.withUnsafeReadableBytes { bytes throws(JSONFailure) in try JSONReader.read(bytes) }
        guard case .object(let top)? = document, case .array(let rows)? = top["data"] else {
            throw UpstreamRefusal.broken(detail: "no list of models")
        }
        let objects = rows.prefix(Self.maxModels).compactMap { row -> JSONObject? in
            if case .object(let object) = row { object } else { nil }
        }
        let names = Set(objects.compactMap(Self.name))
        guard let own = objects.first(where: { wanted == nil || Self.name($0) == wanted }), let name = Self.name(own)
        else { throw UpstreamRefusal.unknownModel }
        return Model(
            name: name, kind: Self.kind(own), contextTokens: Self.contextTokens(own),
            createdAt: Timestamp(microseconds: 1_000_000 * Int64(Self.number(own["created"]) ?? 0)),
            others: names.subtracting([name]))
    }

    private static func name(_ row: JSONObject) -> String? {
        guard case .string(let name)? = row["id"], !name.isEmpty, name.utf8.count <= 256 else { return nil }
        return name
    }

    private static func kind(_ row: JSONObject) -> Kind {
        guard case .string(let owner)? = row["owned_by"] else { return .unknown }
        return Kind(rawValue: owner) ?? .unknown
    }

    /// vLLM and SGLang say `max_model_len`, llama.cpp `meta.n_ctx` or, before it had that, what the model was trained
    /// with.
    private static func contextTokens(_ row: JSONObject) -> Int? {
        if let length = number(row["max_model_len"]) { return length }
        guard case .object(let meta)? = row["meta"] else { return nil }
        return number(meta["n_ctx"]) ?? number(meta["n_ctx_train"])
    }

    private static func number(_ value: JSONValue?) -> Int? {
        guard case .integer(let number)? = value, (1...67_108_864_000).contains(number) else { return nil }
        return Int(number)
    }
}
