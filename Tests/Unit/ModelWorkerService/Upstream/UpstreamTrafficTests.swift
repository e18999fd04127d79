// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives
import TestKit
import Testing

@testable import ModelWorkerService

/// Goal: what a server says of its queue is added to what we know better ourselves, and not believed for longer than it
/// is true.
@Suite struct UpstreamTrafficTests {
    private let time = ManualTime()
    private let traffic: UpstreamTraffic

    init() {
        traffic = UpstreamTraffic(
            limits: EngineFixture.limits(running: 4, waiting: 8),
            pace: LearntPace(assumedPrefill: 2_000, assumedStep: .milliseconds(20), widest: 4), time: time)
    }

    private var load: EngineLoad {
        traffic.publish()
        return traffic.board.load
    }

    private func begin(_ count: UInt64) throws {
        for id in 1...count { try traffic.begin(RequestID(id)) }
    }

    /// Found by `make bench ONLY=fleet`: a worker that was full at one poll took nothing until the next, half a second
    /// later.
    @Test func aServerThatWasFullIsFreeWhenOursHaveEnded() throws {
        try begin(4)
        traffic.asks()
        traffic.heard(ServerLoad(running: 4, waiting: 0))
        #expect(load.running == 4 && load.waiting == 0)
        for id in 1...3 { traffic.end(RequestID(UInt64(id))) }
        #expect(load.running == 1 && load.waiting == 0)
    }

    @Test func whatOthersSentIsCountedBesideOurs() throws {
        try begin(2)
        traffic.asks()
        traffic.heard(ServerLoad(running: 5, waiting: 0))
        #expect(load.running + load.waiting == 5)
        traffic.end(RequestID(1))
        traffic.end(RequestID(2))
        #expect(load.running == 3 && load.waiting == 0)
    }

    @Test func oursThatBeganWhileItWasAskedAreNotTakenForOthers() throws {
        traffic.asks()
        try begin(3)
        traffic.heard(ServerLoad(running: 3, waiting: 0))
        #expect(load.running == 3)
        traffic.asks()
        traffic.end(RequestID(1))
        traffic.heard(ServerLoad(running: 3, waiting: 0))
        #expect(load.running == 2)
    }

    /// A line at the server says how many it runs at most.
    @Test func aLineThereIsALineHere() throws {
        try begin(4)
        traffic.asks()
        traffic.heard(ServerLoad(running: 2, waiting: 2))
        #expect(load.running == 2 && load.waiting == 2)
        traffic.end(RequestID(1))
        traffic.end(RequestID(2))
        #expect(load.running == 2 && load.waiting == 0)
        traffic.heard(nil)
        #expect(load.running == 2 && load.waiting == 0)
    }

    /// Each report wakes every orchestrator.
    @Test func onlyWhatHasChangedIsReported() throws {
        try begin(1)
        #expect(traffic.board.load.running == 1)
        time.advance(by: .milliseconds(50))
        _ = traffic.firstToken(RequestID(1))
        #expect(traffic.untilHeartbeat() == LoadBoard.heartbeat - .milliseconds(50))
        traffic.end(RequestID(1))
        #expect(traffic.untilHeartbeat() == LoadBoard.heartbeat && traffic.board.load.running == 0)
    }
}
