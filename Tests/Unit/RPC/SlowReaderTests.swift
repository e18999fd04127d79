// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC
import Synchronization
import TestKit
import Testing
import Wire

/// Goal: a reader's slowness is its own. Those who share its connection keep their pace, although the windows of those
/// who stand still are together far more than the connection's: what waits for them is granted to it all the same.
@Suite struct SlowReaderTests {
    /// The pauses of the readers that are done, in the order of their ends.
    private final class Endings: Sendable {
        let pauses = Mutex<[Int]>([])
    }

    private func context() -> CallContext {
        CallContext(
            deadline: .after(.seconds(60), from: SystemTime().now()),
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false))
    }

    /// Stopped streams whose windows together are two and a half times the connection's.
    private static let stopped = Int(WireLimits.standard.connectionCredit / WireLimits.standard.streamCredit) * 5 / 2

    @Test func stoppedReadersLeaveRoomForTheOthers() async throws {
        try await Carrier.mutualTLS.run { client, service in
            let release = Latch()
            let holding = (0..<Self.stopped).map { _ in Latch() }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for reading in holding {
                    tasks.addTask {
                        try await client.serverStreaming(EchoService.count, EchoMessage("forever"), context()) {
                            _ = try await $0.next()
                            reading.open()
                            try await release.wait()
                        }
                    }
                }
                for reading in holding { try await reading.wait() }
                // Many windows' worth, past all those who stand still.
                try await read("5000", client, pause: 0)
                // What was sent is what was read and a window for each who stands still, no more.
                let sent = service.sent.load(ordering: .sequentiallyConsistent) - 5_000
                #expect(sent * 90 <= Self.stopped * (Int(WireLimits.standard.streamCredit) + 400))
                release.open()
                try await tasks.waitForAll()
            }
        }
    }

    /// Readers of many speeds on one connection, their pauses measured in calls: nobody loses or waits for the slowest.
    @Test(arguments: Seeds.these(2)) func readersOfAllSpeedsGetTheirOwn(_ seed: UInt64) async throws {
        try await Carrier.mutualTLS.run { client, _ in
            var random = SeededRandomness(seed: seed)
            var pauses = [0, 0, 0, 0, 12, 12]
            for _ in 0..<14 { pauses.append(.random(in: 1...6, using: &random)) }
            let ended = Endings()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for pause in pauses {
                    tasks.addTask {
                        try await read("2000", client, pause: pause)
                        ended.pauses.withLock { $0.append(pause) }
                    }
                }
                try await tasks.waitForAll()
            }
            let order = ended.pauses.withLock { $0 }
            let lastOfTheFast = try #require(order.lastIndex(of: 0))
            let firstOfTheSlow = try #require(order.firstIndex(of: 12))
            #expect(lastOfTheFast < firstOfTheSlow, "\(order)")
        }
    }

    /// Reads a whole stream, with `pause` calls after every hundred elements.
    private func read(_ count: String, _ client: RPCClient, pause: Int) async throws {
        try await client.serverStreaming(EchoService.count, EchoMessage(count), context()) { reader in
            var seen = 0
            while let element = try await reader.next() {
                switch element {
                case .event(let event): #expect(event.text.hasPrefix("event \(seen / 2) "))
                case .tokens(let chunk): #expect(chunk.seq == UInt32(seen / 2))
                }
                seen += 1
                guard seen % 100 == 0 else { continue }
                for _ in 0..<pause { _ = try await client.unary(EchoService.echo, EchoMessage("tick"), context()) }
            }
            #expect(seen == 2 * (Int(count) ?? 0))
        }
    }
}
