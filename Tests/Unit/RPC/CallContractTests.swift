// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Primitives
import RPC
import Synchronization
import TestKit
import Testing
import Wire

/// What every call may rely on, whatever carries it. The same claims are tried in memory and over mutual TLS.
@Suite struct CallContractTests {
    private func context(_ deadline: Duration = .seconds(20)) -> CallContext {
        CallContext(
            deadline: .after(deadline, from: SystemTime().now()),
            trace: TraceContext(traceHigh: 7, traceLow: 8, span: 9, isSampled: true), requestID: "req-1")
    }

    private func caught(_ body: () async throws -> Void) async -> Failure? {
        do { try await body() } catch { return error as? Failure }
        return nil
    }

    @Test(arguments: Carrier.all) func aUnaryCallIsAnswered(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            let reply = try await client.unary(EchoService.echo, EchoMessage("hello"), context())
            #expect(reply.text == "hello")
            let empty = try await client.unary(EchoService.echo, EchoMessage(""), context())
            #expect(empty.text == "")
        }
    }

    @Test(arguments: Carrier.all) func aThousandCallsAtOnceEachGetTheirOwnAnswer(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<1_000 {
                    group.addTask {
                        let reply = try await client.unary(EchoService.echo, EchoMessage("m\(index)"), context())
                        #expect(reply.text == "m\(index)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: Carrier.all) func theContextArrives(_ carrier: Carrier) async throws {
        let ids = SystemIdentifiers()
        let principal = Principal(
            organisation: ids.make(), project: ids.make(), user: ids.make(), key: ids.make(), plan: .enterprise,
            scopes: ["chat:write", "files:*"])
        var sent = context()
        sent.principal = principal
        sent.metadata = ["zone": "a", "client": "tests"]
        try await carrier.run { [sent] client, service in
            _ = try await client.unary(EchoService.echo, EchoMessage("x"), sent)
            let seen = try #require(service.contexts.withLock { $0.first })
            #expect(seen.principal == principal)
            #expect(seen.metadata == sent.metadata)
            #expect(seen.requestID == "req-1")
            #expect(seen.peer == .gateway)
            #expect(seen.trace.traceHigh == 7 && seen.trace.traceLow == 8 && seen.trace.isSampled)
            #expect(seen.trace.span != 9, "the handler has a span of its own")
            #expect(!seen.deadline.isDistant && seen.deadline < .after(.seconds(5), from: sent.deadline.instant))
        }
    }

    @Test(arguments: Carrier.all) func aFailureArrivesWithoutItsPrivateDetail(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            let failure = await caught {
                _ = try await client.unary(EchoService.echo, EchoMessage("fail"), context())
            }
            #expect(failure?.code == .failedPrecondition)
            #expect(failure?.message == "Not today.")
            #expect(failure?.reason == "not_today")
            #expect(failure?.retry == .after(.milliseconds(1_500)))
            #expect(failure?.detail == nil)
        }
    }

    @Test(arguments: Carrier.all) func anUnexpectedErrorSaysNothingOfItself(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            let failure = await caught {
                _ = try await client.unary(EchoService.echo, EchoMessage("crash"), context())
            }
            #expect(failure?.code == .internal)
            #expect(failure?.message.contains("Unexpected") == false)
        }
    }

    @Test(arguments: Carrier.all) func onlyListedCallersAreAnswered(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            let refused = await caught {
                _ = try await client.unary(EchoService.foreign, EchoMessage("x"), context())
            }
            #expect(refused?.code == .permissionDenied)
            let absent = await caught {
                _ = try await client.unary(EchoService.absent, EchoMessage("x"), context())
            }
            #expect(absent?.code == .unimplemented)
        }
    }

    @Test(arguments: Carrier.all) func aCallEndsAtItsDeadline(_ carrier: Carrier) async throws {
        try await carrier.run { client, service in
            let failure = await caught {
                _ = try await client.unary(EchoService.echo, EchoMessage("wait"), context(.milliseconds(250)))
            }
            #expect(failure?.code == .deadlineExceeded)
            // On a machine so busy that the call was not even sent in time, there is no handler to stop.
            if service.started.isOpen { try await service.cancelled.wait() }
        }
    }

    @Test(arguments: Carrier.all) func aMethodsOwnDeadlineHolds(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            let failure = await caught {
                _ = try await client.unary(EchoService.hurried, EchoMessage("wait"), context())
            }
            #expect(failure?.code == .deadlineExceeded)
        }
    }

    @Test(arguments: Carrier.all) func hopelessWorkIsNotStarted(_ carrier: Carrier) async throws {
        try await carrier.run { client, service in
            let failure = await caught {
                _ = try await client.unary(EchoService.echo, EchoMessage("late"), context(.microseconds(500)))
            }
            #expect(failure?.code == .deadlineExceeded)
            #expect(service.calls.withLock { $0["late"] } == nil)
        }
    }

    @Test(arguments: Carrier.all) func cancellingTheCallerStopsTheHandler(_ carrier: Carrier) async throws {
        try await carrier.run { client, service in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    let failure = await caught {
                        _ = try await client.unary(EchoService.echo, EchoMessage("wait"), context())
                    }
                    #expect(failure?.code == .cancelled)
                }
                try? await service.started.wait()
                group.cancelAll()
            }
            try await service.cancelled.wait()
        }
    }

    @Test(arguments: Carrier.all) func aStreamArrivesInOrderAndEnds(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            let seen = try await client.serverStreaming(EchoService.count, EchoMessage("300"), context()) { reader in
                var events = 0
                var tokens = 0
                while let element = try await reader.next() {
                    switch element {
                    case .event(let event):
                        #expect(event.text.hasPrefix("event \(events) "))
                        events += 1
                    case .tokens(let chunk):
                        #expect(String(buffer: chunk.text) == "token \(tokens)")
                        #expect(chunk.ids == [UInt32(tokens)])
                        #expect(chunk.withoutIDs().ids.isEmpty)
                        tokens += 1
                    }
                }
                return (events, tokens)
            }
            #expect(seen == (300, 300))
        }
    }

    @Test(arguments: Carrier.all) func whatArrivedBeforeAFailureIsRead(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            var seen = 0
            let failure = await caught {
                try await client.serverStreaming(EchoService.count, EchoMessage("fail"), context()) { reader in
                    while try await reader.next() != nil { seen += 1 }
                }
            }
            #expect(seen == 4)
            #expect(failure?.code == .dataLoss)
        }
    }

    @Test(arguments: Carrier.all) func leavingTheBodyStopsTheStream(_ carrier: Carrier) async throws {
        try await carrier.run { client, service in
            let first = try await client.serverStreaming(EchoService.count, EchoMessage("forever"), context()) {
                try await $0.next()
            }
            #expect(first != nil)
            try await service.cancelled.wait()
        }
    }

    /// Goal: a reader that does not read stops its writer after a window's worth, and no other call.
    @Test(arguments: Carrier.all) func aSlowReaderStopsItsWriterOnly(_ carrier: Carrier) async throws {
        try await carrier.run { client, service in
            try await client.serverStreaming(EchoService.count, EchoMessage("forever"), context()) { reader in
                _ = try await reader.next()
                var before = -1
                while service.sent.load(ordering: .relaxed) != before {
                    before = service.sent.load(ordering: .relaxed)
                    for _ in 0..<50 {
                        _ = try await client.unary(EchoService.echo, EchoMessage("still here"), context())
                    }
                }
                let limits = WireLimits.standard
                #expect(before * 90 <= Int(limits.streamCredit) + 400)
                #expect(before * 130 >= Int(limits.streamCredit) / 2)
                for _ in 0..<(2 * before) { _ = try await reader.next() }
                while service.sent.load(ordering: .relaxed) == before { await Task.yield() }
            }
        }
    }

    @Test(arguments: Carrier.all) func bothSidesTalkAndTheCallerClosesItsHalf(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            try await client.bidirectional(EchoService.talk, context()) { writer, reader in
                for index in 0..<100 {
                    try await writer.send(EchoMessage("\(index)"))
                    #expect(try await reader.nextEvent()?.text == "<\(index)>")
                }
                writer.finish()
                #expect(try await reader.nextEvent()?.text == "bye")
                #expect(try await reader.nextEvent() == nil)
            }
        }
    }

    @Test(arguments: Carrier.all) func aServerMayEndBeforeItsCaller(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            try await client.bidirectional(EchoService.talk, context()) { writer, reader in
                try await writer.send(EchoMessage("enough"))
                #expect(try await reader.nextEvent() == nil)
                let late = await caught { try await writer.send(EchoMessage("more")) }
                #expect(late != nil, "the call is over")
            }
            let failure = await caught {
                try await client.bidirectional(EchoService.talk, context()) { writer, reader in
                    try await writer.send(EchoMessage("fail"))
                    _ = try await reader.nextEvent()
                }
            }
            #expect(failure?.code == .aborted)
        }
    }

    @Test(arguments: Carrier.all) func aMessageLargerThanTheWindowPasses(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            let large = String(repeating: "x", count: 3 << 20)
            let reply = try await client.unary(EchoService.echo, EchoMessage(large), context())
            #expect(reply.text.utf8.count == large.utf8.count)
            try await client.bidirectional(EchoService.talk, context()) { writer, reader in
                for _ in 0..<3 {
                    try await writer.send(EchoMessage(large))
                    #expect(try await reader.nextEvent()?.text.utf8.count == large.utf8.count + 2)
                }
            }
        }
    }

    @Test(arguments: Carrier.all) func aMessageBeyondTheLimitIsRefusedHere(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            let huge = String(repeating: "x", count: 4 << 20 + 1)
            let failure = await caught {
                _ = try await client.unary(EchoService.echo, EchoMessage(huge), context())
            }
            #expect(failure?.code == .resourceExhausted)
            let reply = try await client.unary(EchoService.echo, EchoMessage("fine"), context())
            #expect(reply.text == "fine")
        }
    }
}
