// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC
import TestKit
import Testing

/// Goal: an address is shut out for what is surely its own fault, and for no longer than it must.
@Suite struct StandingTests {
    private var random = SeededRandomness(seed: 11)
    private let limits = StandingLimits.standard
    private var now = MonotonicInstant(nanoseconds: 3_600_000_000_000)
    private var standing = Standing()

    private mutating func silent(_ times: Int, every step: Duration = .milliseconds(300)) -> Bool {
        var isOut = false
        for _ in 0..<times {
            now = now + step
            isOut = standing.fellSilent(at: now, random: &random) || isOut
        }
        return isOut
    }

    private mutating func faults(_ times: Int, others: Bool = true) -> Bool {
        var isOut = false
        for _ in 0..<times {
            isOut = standing.faulted(at: now, random: &random) { _ in others } || isOut
        }
        return isOut
    }

    private var until: MonotonicInstant? {
        if case .open(_, let until) = standing.phase { return until }
        return nil
    }

    @Test mutating func silenceForASecondShutsItOut() {
        #expect(silent(4) == false)
        #expect(standing.permit(at: now) == .use)
        #expect(silent(1))
        #expect(until != nil)
        if let until { #expect(standing.permit(at: now) == .refuse(until: until)) }
    }

    @Test mutating func oneMomentsLossesDoNot() {
        #expect(silent(1_000, every: .zero) == false)
    }

    @Test mutating func anAnswerEndsARowOfSilence() {
        _ = silent(4)
        standing.answered(at: now)
        #expect(silent(4) == false)
    }

    @Test mutating func itIsProbedAndComesBack() throws {
        _ = silent(5)
        now = try #require(until)
        for _ in 0..<limits.probes { #expect(standing.permit(at: now) == .probe) }
        #expect(standing.permit(at: now) == .refuse(until: now + limits.probeInterval))
        // Probes of which nothing is heard hold nobody up for ever.
        #expect(standing.permit(at: now + limits.probeInterval) == .probe)
        for _ in 0..<limits.goodProbes { standing.answered(at: now) }
        #expect(standing.phase == .closed)
    }

    @Test mutating func theTimeGrowsToItsBound() throws {
        _ = silent(5)
        var spans: [Duration] = []
        for _ in 0..<12 {
            spans.append(try #require(until) - now)
            now = try #require(until)
            _ = standing.permit(at: now)
            #expect(standing.fellSilent(at: now, random: &random))
        }
        #expect(spans[0] >= limits.firstOpen * 0.5 && spans[0] <= limits.firstOpen)
        #expect(spans.allSatisfy { $0 <= limits.longestSilence })
        #expect(spans.suffix(10).allSatisfy { $0 >= limits.longestSilence * 0.5 })
        #expect(Set(spans.suffix(10)).count > 5, "by chance")
    }

    @Test mutating func aLateWordOrAConnectionEndsSilence() {
        _ = silent(5)
        standing.answered(0, at: now)
        #expect(standing.phase == .closed)
        _ = silent(5)
        standing.connected(at: now)
        #expect(standing.phase == .closed)
    }

    @Test mutating func aRestartIsWaitedFor() {
        for _ in 0..<40 {
            standing.couldNotConnect(nextIn: .milliseconds(100), at: now)
            #expect(standing.hopelessUntil(at: now) == nil)
            now = now + .milliseconds(100)
        }
        now = now + limits.restartPatience
        standing.couldNotConnect(nextIn: .milliseconds(400), at: now)
        #expect(standing.hopelessUntil(at: now) == now + .milliseconds(400))
        standing.connected(at: now)
        #expect(standing.hopelessUntil(at: now) == nil)
        #expect(standing.permit(at: now) == .use)
    }

    @Test mutating func faultsNeedAVolumeAndARatio() {
        #expect(faults(limits.leastVolume - 1) == false)
        #expect(faults(1))
        #expect(standing.permit(at: now) == .avoid, "it answers: better than nobody")
        #expect(standing.hopelessUntil(at: now) == nil)
        standing = Standing()
        _ = faults(1)
        standing.answered(100, at: now)
        #expect(faults(90) == false)
        #expect(faults(20))
    }

    @Test mutating func oldFaultsAreForgotten() {
        _ = faults(limits.leastVolume - 1)
        now = now + limits.window + .nanoseconds(1)
        #expect(faults(limits.leastVolume - 1) == false)
    }

    @Test mutating func faultsThatOthersHaveTooShutNobodyOut() {
        #expect(faults(1_000, others: false) == false)
    }

    @Test mutating func overloadSparesForAsLongAsItSaysAndNoLonger() {
        standing.overloaded(for: .milliseconds(250), at: now)
        #expect(standing.permit(at: now) == .avoid)
        #expect(standing.permit(at: now + .milliseconds(250)) == .use)
        standing.overloaded(for: .seconds(3_600), at: now)
        #expect(standing.permit(at: now + limits.longestAvoidance) == .use)
        #expect(standing.isShutOut == false)
    }
}
