// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@testable import OrchestratorScheduling

/// Goal: the wait that is told to callers, routes and autoscalers is the wait that comes true.
/// Method: a line in front of some places is run in simulated time, with calls of known lengths.
@Suite struct ExpectedWaitTests {
    /// A fleet whose workers have learnt that calls of 128 tokens take two seconds.
    private func fleet(_ workers: Int, places: UInt32, rules: SchedulingRules) throws -> TestFleet {
        var fleet = TestFleet(workers, places: places, rules: rules)
        for number in 0..<40 as Range<UInt64> {
            let placement = try fleet.place(TestFleet.request(number))
            fleet.pass(.seconds(2))
            fleet.finish(placement)
        }
        return fleet
    }

    private var patient: SchedulingRules {
        var rules = SchedulingRules()
        rules.waitBounds = Array(repeating: .seconds(10_000), count: 3)
        return rules
    }

    /// Calls end one after another at the pace of the places; each of those who wait is told its wait when it comes.
    @Test(arguments: [(1, 1), (1, 8), (4, 4), (16, 2)]) func theToldWaitComesTrue(_ shape: (Int, Int)) throws {
        let (workers, places) = shape
        var fleet = try fleet(workers, places: UInt32(places), rules: patient)
        let all = workers * places
        var running: [(end: MonotonicInstant, placement: Placement)] = []
        // They began one after another, as calls do.
        for number in 0..<all {
            let placement = try fleet.place(TestFleet.request(UInt64(1_000 + number)))
            running.append((fleet.now + .seconds(2), placement))
            fleet.pass(.milliseconds(2_000 / Int64(all)))
        }
        // In the middle between two ends: the last one above is over already.
        let next = running[0]
        running.removeFirst()
        fleet.finish(next.placement)
        running.append((fleet.now + .seconds(2), try fleet.place(TestFleet.request(1_999))))
        fleet.pass(.milliseconds(1_000 / Int64(all)))
        var told: [UInt64: (came: MonotonicInstant, wait: Double)] = [:]
        for number in 0..<(3 * all) {
            let wait = fleet.wait(of: .standard)
            let all = fleet.wait()
            #expect(abs(all - wait) < 1e-6, "with one tenant and one class the newest is the last")
            told[try fleet.wait(TestFleet.request(UInt64(2_000 + number)))] = (fleet.now, wait)
        }
        var errors: [Double] = []
        while !running.isEmpty {
            running.sort { $0.end < $1.end }
            let next = running.removeFirst()
            if next.end > fleet.now { fleet.pass(next.end - fleet.now) }
            for (ticket, placement) in fleet.finish(next.placement) {
                running.append((fleet.now + .seconds(2), placement))
                guard let (came, wait) = told.removeValue(forKey: ticket) else { continue }
                errors.append(abs((fleet.now - came).inSeconds - wait))
            }
        }
        #expect(told.isEmpty && errors.count == 3 * all)
        // Waits of up to six seconds are right but for the time from one end to the next.
        #expect((errors.max() ?? 9) <= 2 / Double(all) + 0.1)
    }

    /// Goal: a line of long prompts is longer than one of short ones, by what the workers measured of their own speed.
    @Test func workIsCountedAndNotRequests() throws {
        var waits: [Double] = []
        for blocks in [0, 1_000] {
            var fleet = try fleet(1, places: 1, rules: patient)
            _ = try fleet.place(TestFleet.request(1))
            for number in 0..<10 as Range<UInt64> {
                _ = try fleet.wait(TestFleet.request(100 + number, blocks: blocks, own: blocks))
            }
            waits.append(fleet.wait())
        }
        // Ten calls of two seconds and the one that runs; then ten prompts of 64,000 tokens more.
        #expect(abs(waits[0] - 22) < 1)
        #expect(waits[1] > waits[0] + 60)
    }

    /// Goal: who waits for one model makes nobody wait for another, and who asks first of a higher class waits less.
    @Test func linesAreTheirOwn() throws {
        let other = ServedModel(name: "n", kind: .chat, contextTokens: 32_768)
        var fleet = TestFleet(2, places: 1, rules: patient)
        _ = fleet.state.heard(
            WorkerReport(instance: 7, running: 1, maxRunning: 1, models: [other]), from: fleet.addresses[1],
            at: fleet.now)
        _ = try fleet.place(TestFleet.request(1))
        for number in 0..<50 as Range<UInt64> {
            _ = try fleet.wait(TestFleet.request(number, tenant: number % 2, serviceClass: .standard))
        }
        let (last, standard, first) = (fleet.wait(), fleet.wait(of: .standard, 9), fleet.wait(of: .premium, 9))
        let elsewhere = fleet.wait("n", of: .batch)
        #expect(first < standard && standard < last)
        #expect(elsewhere == first, "its one worker is busy with a call of its own, and nobody waits")
        #expect(fleet.wait("x") == -1)
        _ = fleet.state.heard(
            WorkerReport(instance: 7, sequence: 2, running: 0, maxRunning: 1, models: [other]),
            from: fleet.addresses[1], at: fleet.now)
        #expect(fleet.wait("n", of: .batch) == 0)
    }

    /// Goal: the refusal says how much too long the same wait is that a route is told.
    @Test func theRefusalIsTheSameFigure() throws {
        var rules = patient
        rules.waitBounds[ServiceClass.standard.rawValue] = .seconds(10)
        var fleet = try fleet(1, places: 1, rules: rules)
        _ = try fleet.place(TestFleet.request(1))
        for number in 0..<40 as Range<UInt64> {
            let wait = fleet.wait(of: .standard)
            do {
                _ = try fleet.wait(TestFleet.request(100 + number))
                #expect(wait <= 10)
            } catch PlacementRefusal.overloaded(let retryAfter) {
                #expect(wait > 10 && retryAfter == .seconds(Int64((wait - 10).rounded(.up))))
                return
            }
        }
        Issue.record("nobody was refused")
    }

    /// Goal: a model that is full costs nothing while another model's workers have places.
    /// Method: the same calls beside a line of 64 and one of 4,096 whose patience is over; processor time is compared.
    @Test func aFullModelsImpatienceIsNotLookedAt() throws {
        func cost(_ waiting: Int) throws -> Duration {
            var rules = patient
            rules.queueBytes = 1 << 30
            var fleet = TestFleet(2, places: 1, rules: rules)
            _ = fleet.state.heard(
                WorkerReport(
                    instance: 7, maxRunning: 4, models: [ServedModel(name: "n", kind: .chat, contextTokens: 2_048)]),
                from: fleet.addresses[1], at: fleet.now)
            let holder = try fleet.place(TestFleet.request(1, blocks: 200, own: 2))
            _ = fleet.state.firstToken(holder, at: fleet.now)
            var last: UInt64 = 0
            for salt in 0..<UInt64(waiting) {
                last = try fleet.wait(TestFleet.request(1, blocks: 200, own: 2, salt: 2 + salt, tenant: salt % 7))
            }
            // Longer than anybody's patience.
            fleet.pass(.seconds(5))
            var least = Duration.seconds(1_000)
            for _ in 0..<5 {
                let start = ContinuousClock.now
                for _ in 0..<20 {
                    // Each time they would all be due again.
                    fleet.pass(.milliseconds(60))
                    _ = fleet.state.review(last, at: fleet.now)
                }
                least = min(least, ContinuousClock.now - start)
            }
            #expect(fleet.state.waiting == waiting)
            return least
        }
        let (few, many) = (try cost(64), try cost(4_096))
        #expect(many < few * 8, "\(few) and \(many)")
    }

    /// Goal: where a worker has a place that none of the impatient may take, a call looks at a few of them only.
    @Test func vainLooksAreBounded() throws {
        func cost(_ waiting: Int) throws -> Duration {
            var rules = patient
            rules.queueBytes = 1 << 30
            var fleet = TestFleet(2, places: 1, rules: rules)
            let holder = try fleet.place(TestFleet.request(1, blocks: 200, own: 2))
            _ = fleet.state.firstToken(holder, at: fleet.now)
            let other = try #require(fleet.addresses.first { $0 != holder.worker })
            for salt in 0..<UInt64(waiting) {
                var request = TestFleet.request(1, blocks: 200, own: 2, salt: 2 + salt)
                request.excluded = [other]
                _ = try fleet.wait(request)
            }
            // Longer than anybody's patience.
            fleet.pass(.seconds(5))
            var least = Duration.seconds(1_000)
            for _ in 0..<5 {
                let start = ContinuousClock.now
                for _ in 0..<20 {
                    fleet.pass(.milliseconds(60))
                    fleet.state.serveImpatient(at: fleet.now)
                }
                least = min(least, ContinuousClock.now - start)
            }
            return least
        }
        let (few, many) = (try cost(32), try cost(2_048))
        #expect(many < few * 8, "\(few) and \(many)")
    }
}

extension TestFleet {
    /// Time passes, and the workers are heard again: who is silent for long takes no work.
    mutating func pass(_ duration: Duration) {
        time.advance(by: duration)
        for worker in state.workers {
            guard var report = worker.report else { continue }
            report.sequence += 1
            _ = state.heard(report, from: worker.address, at: now)
        }
    }

    /// Seconds that are told of a model's whole line, or to one class and tenant; less than nothing without a worker.
    mutating func wait(_ model: String = "m", of serviceClass: ServiceClass? = nil, _ tenant: UInt64 = 0) -> Double {
        let pool = PoolName(model: model, kind: .chat)
        guard let serviceClass else { return state.wait(for: pool, at: now)?.inSeconds ?? -1 }
        return state.wait(for: pool, serviceClass, of: tenant, at: now)?.inSeconds ?? -1
    }
}
