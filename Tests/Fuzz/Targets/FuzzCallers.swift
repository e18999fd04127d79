// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC

/// Calls of each kind, made at once: what a hostile server has to work with.
///
/// `@unchecked Sendable`: confined to the fuzzing thread.
final class FuzzCallers: @unchecked Sendable {
    static let longestDeadline = 3_000
    private let client: RPCClient
    private let loop: FuzzLoop
    private(set) var running = 0

    init(_ client: RPCClient, on loop: FuzzLoop) {
        self.client = client
        self.loop = loop
    }

    func start() {
        run(1_000) { client, context in _ = try await client.unary(FuzzService.echo, Parcel([0, 1, 2]), context) }
        run(Self.longestDeadline) { client, context in
            try await client.serverStreaming(FuzzService.count, Parcel([0, 9, 9]), context) { reader in
                while try await reader.next() != nil {}
            }
        }
        run(2_000) { client, context in
            try await client.bidirectional(FuzzService.talk, context) { writer, reader in
                for index in 0..<4 {
                    try await writer.send(Parcel([UInt8](repeating: UInt8(index), count: 100)))
                    _ = try await reader.nextEvent()
                }
                writer.finish()
                while try await reader.next() != nil {}
            }
        }
        run(500) { client, context in _ = try await client.unary(FuzzService.hurried, Parcel([]), context) }
    }

    private func run(_ milliseconds: Int, _ body: @escaping @Sendable (RPCClient, CallContext) async throws -> Void) {
        running += 1
        let context = CallContext(
            deadline: .after(.milliseconds(milliseconds), from: loop.now), trace: Self.trace, requestID: "r")
        Task(executorPreference: loop.executor) {  // House: loose task, because `running` waits for it.
            // How it ends is the server's choice; that it ends is what is claimed.
            try? await body(self.client, context)
            self.running -= 1
        }
    }

    static let trace = TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: true)
}
