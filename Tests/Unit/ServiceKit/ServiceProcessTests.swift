// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import NIOPosix
import Primitives
import RPC
import ServiceKit
import ServiceLifecycle
import Settings
import TLS
import TestKit
import Testing
import Transport
import Wire

private struct EndsAtOnce: Service {
    let error: (any Error)?
    func run() async throws { if let error { throw error } }
}

private struct Broken: Error {}

@Suite(.timeLimit(.minutes(1))) struct ServiceProcessTests {
    private func withProcess(
        _ process: ProcessUnderTest, _ arguments: [String]? = nil,
        build: @escaping @Sendable (SampleProcess) async throws -> Void,
        _ body: () async throws -> Void
    ) async throws -> Int32 {
        let arguments = try arguments ?? process.arguments()
        async let status = process.run(arguments, build)
        await process.untilStarted()
        try await body()
        await process.stop()
        return await status
    }

    private func serveEcho(_ process: SampleProcess) {
        var table = MethodTable()
        let greeting = process.configuration.greeting
        table.unary(TestMethods.echo) { request, context in
            if request.text == "refuse" { throw Failure(.notFound, "Nothing by that name.") }
            return TextMessage("\(greeting), \(request.text), said \(context.peer)")
        }
        process.serve(table)
    }

    private func call(_ process: ProcessUnderTest, _ text: String, trace: TraceContext) async throws -> String {
        let connections = RPCConnections(
            service: .auth, addresses: [ServiceAddress(host: "127.0.0.1", port: process.listen)],
            tls: try .client(identity: try process.authority.identity("gateway")),
            group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
        return try await connections.whileConnected { client in
            let context = CallContext(
                deadline: .after(.seconds(10), from: SystemTime().now()), trace: trace, requestID: "req-7")
            return try await client.unary(TestMethods.echo, TextMessage(text), context).text
        }
    }

    /// Goal: one call leaves its mark everywhere a person would look for it.
    @Test func aCallIsAnsweredCountedAndTraced() async throws {
        let process = try ProcessUnderTest()
        let trace = TraceContext(traceHigh: 0xA, traceLow: 0xB, span: 0xC, isSampled: true)
        let arguments = try process.arguments(["--sample-greeting", "good day"])
        let status = try await withProcess(process, arguments, build: { serveEcho($0) }) {
            #expect(try await call(process, "gateway", trace: trace) == "good day, gateway, said gateway")
            await #expect(throws: (any Error).self) { _ = try await call(process, "refuse", trace: trace) }
            let metrics = try await process.ask("/metrics").body
            #expect(metrics.contains("rpc_server_seconds_count{method=\"auth.Echo\",status=\"ok\"} 1"))
            #expect(metrics.contains("rpc_server_seconds_count{method=\"auth.Echo\",status=\"not_found\"} 1"))
        }
        #expect(status == ExitCode.stopped)
        #expect(process.spans.contains("\"traceId\":\"000000000000000a000000000000000b\""))
        #expect(process.spans.contains("\"parentSpanId\":\"000000000000000c\""))
        #expect(process.spans.contains("\"stringValue\":\"auth\""))
        #expect(process.spans.contains("{\"key\":\"request.id\",\"value\":{\"stringValue\":\"req-7\"}}"))
        #expect(process.log.contains("\"message\":\"started\""))
        #expect(process.log.contains("\"message\":\"stopped\""))
    }

    @Test func healthTellsEachCheck() async throws {
        let process = try ProcessUnderTest()
        let status = try await withProcess(
            process,
            build: { built in
                built.health.require("store") { false }
                serveEcho(built)
            }
        ) {
            #expect(try await process.ask("/livez").status == 200)
            let ready = try await process.ask("/readyz")
            #expect(ready.status == 503)
            #expect(ready.body == #"{"status":"starting","checks":{"store":"not reached yet"}}"#)
            #expect(try await process.ask("/nothing").status == 404)
        }
        #expect(status == ExitCode.stopped)
    }

    @Test(arguments: [nil, Broken()] as [(any Error)?])
    func aPartThatEndsEndsTheProcess(error: (any Error)?) async throws {
        let process = try ProcessUnderTest()
        let status = await process.run(try process.arguments()) { built in
            built.add(EndsAtOnce(error: error), name: "heart")
            serveEcho(built)
        }
        #expect(status == ExitCode.failed)
        #expect(process.log.contains("\"level\":\"critical\""))
    }

    @Test func aServiceThatCannotBeBuiltDoesNotStart() async throws {
        let process = try ProcessUnderTest()
        let status = await process.run(try process.arguments()) { _ in throw Broken() }
        #expect(status == ExitCode.failed)
        #expect(!process.log.contains("started"))
    }

    @Test func aPortInUseIsFoundBeforeAnythingRuns() async throws {
        let process = try ProcessUnderTest()
        let other = try ProcessUnderTest()
        let status = try await withProcess(process, build: { serveEcho($0) }) {
            let taken = try other.arguments() + ["--listen-port=\(process.listen)"]
            let arguments = taken.filter { !$0.hasPrefix("\(other.listen)") }.filter { $0 != "--listen-port" }
            #expect(await other.run(arguments) { serveEcho($0) } == ExitCode.failed)
        }
        #expect(status == ExitCode.stopped)
        #expect(other.log.contains("the port for calls cannot be opened"))
    }

    @Test func wrongSettingsHaveAStatusOfTheirOwn() async throws {
        let process = try ProcessUnderTest()
        let cases = [
            ["auth"],
            try process.arguments(["--sample-greting", "x"]),
            try process.arguments(["--callers", "auth.Echo=gatway"]),
            try process.arguments(["--callers", "auth.Ecco=gateway"]),
            try process.arguments(["--caller-calls", "gatway=1"]),
            try process.arguments(["--caller-calls", "gateway=0"]),
            try process.arguments(["--rpc-connection-age-seconds", "1"]),
            try process.arguments(["--trace-endpoint", "collector:4318"]),
        ]
        for arguments in cases {
            #expect(await process.run(arguments) { serveEcho($0) } == ExitCode.settings, "\(arguments.suffix(2))")
        }
    }

    /// Goal: a call that does not end keeps a process for the drain time and no longer, and its end is still orderly.
    @Test func aCallThatNeverEndsIsCutAtTheDrainTime() async throws {
        let process = try ProcessUnderTest()
        let arguments = try process.arguments().map { $0 == "5" ? "1" : $0 }
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let trace = TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false)
        let status = try await withThrowingTaskGroup(of: Void.self) { group in
            let status = try await withProcess(
                process, arguments,
                build: { built in
                    var table = MethodTable()
                    table.unary(TestMethods.echo) { request, _ in
                        begin.finish()
                        try await gracefulShutdown()
                        return request
                    }
                    built.serve(table)
                }
            ) {
                group.addTask {
                    await #expect(throws: Failure.self) { _ = try await call(process, "x", trace: trace) }
                }
                for await _ in begun {}
            }
            try await group.waitForAll()
            return status
        }
        #expect(status == ExitCode.stopped)
    }

    /// Goal: where the settings say nothing, the protocol's own numbers hold.
    @Test func connectionsAreKeptAsTheProtocolSays() throws {
        var reader = try SettingsReader(arguments: ["auth"], environment: [:])
        let settings = ConnectionSettings(&reader)
        #expect(settings.age == WireLimits.standard.connectionAge)
        #expect(settings.grace == WireLimits.standard.connectionGrace)
    }

    @Test func settingsMayBoundACaller() async throws {
        let process = try ProcessUnderTest()
        let trace = TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false)
        let isInside = Latch()
        let isSeen = Latch()
        let status = try await withProcess(
            process, try process.arguments(["--caller-calls", "gateway=1"]),
            build: { built in
                var table = MethodTable()
                table.unary(TestMethods.echo) { request, _ in
                    isInside.open()
                    try await isSeen.wait()
                    return request
                }
                built.serve(table)
            }
        ) {
            async let first = call(process, "x", trace: trace)
            try await isInside.wait()
            let failure = await #expect(throws: Failure.self) { _ = try await call(process, "y", trace: trace) }
            #expect(failure?.reason == "caller_limit")
            isSeen.open()
            _ = try await first
        }
        #expect(status == ExitCode.stopped)
    }

    @Test func settingsMayNameOtherCallers() async throws {
        let process = try ProcessUnderTest()
        let arguments = try process.arguments(["--callers", "auth.Echo=billing"])
        let trace = TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false)
        let status = try await withProcess(process, arguments, build: { serveEcho($0) }) {
            let failure = await #expect(throws: Failure.self) { _ = try await call(process, "x", trace: trace) }
            #expect(failure?.code == .permissionDenied)
        }
        #expect(status == ExitCode.stopped)
        #expect(process.spans.isEmpty)
    }
}
