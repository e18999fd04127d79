// SPDX-License-Identifier: Apache-2.0

import GatewayService
import HTTPEdge
import Logging
import NIOCore
import NIOPosix
import Primitives
import RPC
import Telemetry
import TestKit

/// A gateway on a free port of this machine, with doubles of the services behind it and a clock that stands still.
struct GatewayFixture {
    let doubles = DoublesBox()
    let time = ManualTime()
    let service: GatewayService
    let address: SocketAddress
    static let key = "sk-test-0000000000000000000000000000000000000000000"

    init(settings: PublicSettings = PublicSettings()) async throws {
        let table = doubles.table
        let time = time
        let log = Logger(label: "gateway", factory: { _ in SwiftLogNoOpLogHandler() })
        service = GatewayService(
            settings: settings,
            client: { InProcessTransport(table: table, caller: .gateway, service: $0, time: time, logger: log).client },
            spans: SpanRecorder(service: "gateway", instance: "test", exporters: []), logger: log, time: time,
            identifiers: SequentialIdentifiers())
        // The port's own clock is the real one: its timers are.
        let server = HTTPServer(
            HTTPServer.Configuration(
                name: "public", host: "127.0.0.1", port: 0, router: service.router,
                failureAnswer: service.failureAnswer),
            group: MultiThreadedEventLoopGroup.singleton)
        address = try await server.bind()
    }

    /// Sends one request on a connection of its own, and reads until the gateway has closed it.
    func send(
        _ method: String, _ path: String, _ headers: [String: String] = [:], key: String? = Self.key, body: String = ""
    ) async throws -> Answer {
        let client = try await PlainClient.connect(address)
        try await client.write(Self.request(method, path, headers, key: key, body: body))
        return Answer(try await client.readToEnd())
    }

    func chat(_ fields: String = "", _ headers: [String: String] = [:], key: String? = Self.key) async throws -> Answer
    {
        try await send("POST", "/v1/chat/completions", headers, key: key, body: Self.chatBody(fields))
    }

    static func chatBody(_ fields: String = "") -> String {
        #"{"model":"tiny","messages":[{"role":"user","content":"hi"}]\#(fields.isEmpty ? "" : "," + fields)}"#
    }

    static func request(
        _ method: String, _ path: String, _ headers: [String: String], key: String?, body: String
    ) -> String {
        var all = ["host": "test", "connection": "close"]
        if !body.isEmpty { all["content-length"] = "\(body.utf8.count)" }
        if method == "POST", !body.isEmpty { all["content-type"] = "application/json" }
        if let key { all["authorization"] = "Bearer \(key)" }
        all.merge(headers) { _, given in given }
        let lines = all.map { "\($0): \($1)\r\n" }.sorted().joined()
        return "\(method) \(path) HTTP/1.1\r\n\(lines)\r\n\(body)"
    }
}

/// An HTTP answer taken apart just enough to be compared.
struct Answer: Sendable {
    var status = 0
    var headers: [String: String] = [:]
    var body = ""

    init(_ text: String) {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n")
        status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            guard pair.count == 2 else { continue }
            headers[pair[0].lowercased()] = String(pair[1].drop { $0 == " " })
        }
        let rest = parts.count > 1 ? String(parts[1]) : ""
        body = headers["transfer-encoding"] == "chunked" ? Self.joined(rest) : rest
    }

    private static func joined(_ chunks: String) -> String {
        var rest = Array(chunks.utf8)[...]
        var out: [UInt8] = []
        while let end = rest.firstIndex(of: 0x0D),
            let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16)
        {
            let from = end + 2
            guard size > 0, from + size <= rest.endIndex else { break }
            out += rest[from..<(from + size)]
            rest = rest[min(from + size + 2, rest.endIndex)...]
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The `data:` lines of an event stream.
    var events: [String] {
        body.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
    }
}
