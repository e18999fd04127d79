// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain
import Primitives
import Settings
import TestKit

@testable import ModelWorkerService

/// A foreign server that says what a test wants, and an engine in front of it.
struct ForeignServer {
    typealias Act = ScriptedServer.Act

    let http: ScriptedServer
    let engine: UpstreamEngine

    /// - Parameters:
    ///   - owner: `owned_by` of its model, which tells its kind.
    ///   - chat: what it does with a chat request, counted from 0.
    ///   - others: answers to further paths.
    static func start(
        owner: String = "vllm", key: Secret? = nil, port: Int = 0, model: String? = nil, others: [String: String] = [:],
        limits: PlannerLimits = EngineFixture.limits(), poll: Duration = .milliseconds(50),
        _ chat: @escaping @Sendable (ScriptedServer.Request) -> [Act] = { _ in [] }
    ) async throws -> ForeignServer {
        let http = try await ScriptedServer.start(port: port) { request in
            let path = request.line.split(separator: " ").dropFirst().first ?? ""
            if path == "/v1/chat/completions" { return chat(request) }
            if let body = others[String(path)] { return [json(body)] }
            guard path == "/v1/models" else { return [json("{}", status: "404 Not Found")] }
            return [
                json(
                    #"{"data":[{"id":"big","owned_by":"\#(owner)","created":1700000000,"max_model_len":4096},"#
                        + #"{"id":"adapted","owned_by":"\#(owner)"}]}"#)
            ]
        }
        let engine = try UpstreamEngine(
            UpstreamSettings(
                url: "http://127.0.0.1:\(http.port)/v1", model: model, key: key, silence: .seconds(5),
                pollInterval: poll),
            name: "ours", limits: limits, time: SystemTime(), log: EngineFixture.log)
        return ForeignServer(http: http, engine: engine)
    }

    static func json(_ body: String, status: String = "200 OK", headers: String = "") -> Act {
        .send(
            "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\n\(headers)"
                + "content-length: \(body.utf8.count)\r\n\r\n"
                + body)
    }

    static let streamHead = Act.send(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n")
    static let streamEnd = Act.send("0\r\n\r\n")

    static func event(_ text: String) -> Act {
        let line = "data: \(text)\n\n"
        return .send("\(String(line.utf8.count, radix: 16))\r\n\(line)\r\n")
    }

    static func token(_ text: String) -> Act {
        event(#"{"choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":null}]}"#)
    }

    static func finish(_ reason: String = "stop") -> Act {
        event(#"{"choices":[{"index":0,"delta":{},"finish_reason":"\#(reason)"}]}"#)
    }

    static func usage(_ prompt: Int, _ cached: Int, _ completion: Int) -> Act {
        event(
            #"{"choices":[],"usage":{"prompt_tokens":\#(prompt),"completion_tokens":\#(completion),"#
                + #""prompt_tokens_details":{"cached_tokens":\#(cached)}}}"#)
    }

    /// A whole answer of three pieces.
    static let answer = [
        streamHead, token("One"), token(" two"), token(" three"), finish(), usage(20, 16, 5), event("[DONE]"),
        streamEnd,
    ]

    /// Runs the engine while `body` does, from when the server has been heard.
    func serving(_ body: () async throws -> Void) async throws {
        try await engine.serving {
            await until { $0.isReachable }
            try await body()
        }
        await http.stop()
    }

    /// Waits for something to be true of the engine, which tells of changes by its load.
    func until(_ condition: (UpstreamEngine) -> Bool) async {
        await engine.board.withWatcher { watcher in
            while !condition(engine), await engine.board.next(watcher) != nil {}
        }
    }

    /// The chat requests that came.
    var chats: [ScriptedServer.Request] { http.now.requests.filter { $0.line.contains("/v1/chat/completions") } }

    /// The refusal that a request ends with.
    func refusal(_ request: GenerationRequest) async -> EngineRefusal? {
        do {
            _ = try await engine.read(request)
            return nil
        } catch {
            return error as? EngineRefusal
        }
    }

    static func request(
        _ id: UInt64 = 1, resumed: [TokenID] = [], max: Int = 64, adapter: String = "",
        _ change: (inout GenerateRequest) -> Void = { _ in }
    ) -> GenerationRequest {
        var original = WorkerFixture.request("What comes after zero?")
        original.sampling = Sampling()
        change(&original)
        var request = EngineFixture.request(id, "What comes after zero?", max: max, resumed: resumed)
        request.scope.adapter = adapter
        request.original = original
        return request
    }
}
