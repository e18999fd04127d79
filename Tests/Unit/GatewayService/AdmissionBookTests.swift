// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Primitives
import TestKit
import Testing

struct AdmissionBookTests {
    private let time = ManualTime()
    private let organisation: OrganisationID = SequentialIdentifiers().make()

    private func limits(remaining: UInt64 = 50) -> RateLimits {
        RateLimits(requests: .init(limit: 100, remaining: remaining, reset: .seconds(60)), tokens: nil)
    }

    private func ask(_ book: inout AdmissionBook, tokens: UInt32 = 10) -> AdmissionBook.Decision {
        book.decide(organisation, estimatedTokens: tokens, at: time.now())
    }

    @Test func leaseAdmitsThatManyAndThenAsks() {
        var book = AdmissionBook()
        #expect(ask(&book) == .askBilling)
        book.granted(organisation, requests: 2, lasting: .seconds(1), limits: limits(), at: time.now())
        #expect(ask(&book) == .admitted(limits(remaining: 49)))
        #expect(ask(&book) == .admitted(limits(remaining: 48)))
        #expect(ask(&book) == .askBilling)
    }

    @Test func leaseEndsWithItsTime() {
        var book = AdmissionBook()
        book.granted(organisation, requests: 2, lasting: .seconds(1), limits: limits(), at: time.now())
        time.advance(by: .seconds(1))
        #expect(ask(&book) == .askBilling)
    }

    @Test func crossedLeasesAddUpForTheShorterTime() {
        var book = AdmissionBook()
        book.granted(organisation, requests: 2, lasting: .seconds(1), limits: limits(), at: time.now())
        book.granted(organisation, requests: 2, lasting: .seconds(9), limits: limits(), at: time.now())
        for _ in 0..<4 { #expect(ask(&book) != .askBilling) }
        #expect(ask(&book) == .askBilling)
        book.granted(organisation, requests: 2, lasting: .seconds(9), limits: limits(), at: time.now())
        book.granted(organisation, requests: 2, lasting: .seconds(1), limits: limits(), at: time.now())
        time.advance(by: .seconds(1))
        #expect(ask(&book) == .askBilling)
    }

    @Test func largeRequestIsAlwaysPutToBilling() {
        var book = AdmissionBook()
        book.granted(organisation, requests: 9, lasting: .seconds(1), limits: limits(), at: time.now())
        #expect(ask(&book, tokens: AdmissionBook.leaseTokenLimit + 1) == .askBilling)
    }

    @Test func refusalEndsALease() {
        var book = AdmissionBook()
        book.granted(organisation, requests: 9, lasting: .seconds(1), limits: limits(), at: time.now())
        book.refused(organisation)
        #expect(ask(&book) == .askBilling)
    }

    @Test func billingIsNotWaitedForWhileItIsDown() {
        var book = AdmissionBook()
        book.billingWasUnreachable(at: time.now())
        #expect(ask(&book) == .decideLocally)
        time.advance(by: AdmissionBook.retryInterval)
        #expect(ask(&book) == .askBilling)
    }

    /// Goal: the overshoot the type's comment states. Method: one request every 10 ms for ten minutes.
    @Test(arguments: Plan.allCases)
    func localBucketKeepsToThePlan(_ plan: Plan) {
        var book = AdmissionBook()
        let minutes = 10
        var admitted = 0
        for _ in 0..<(minutes * 60 * 100) {
            if case .admitted = book.admitLocally(organisation, plan: plan, at: time.now()) { admitted += 1 }
            time.advance(by: .milliseconds(10))
        }
        let perMinute = AdmissionBook.localRequestsPerMinute(plan)
        let burst = perMinute / 60 * AdmissionBook.burstSeconds
        #expect(Double(admitted) <= perMinute * Double(minutes) + burst + 1)
        #expect(Double(admitted) >= perMinute * Double(minutes) - 1)
    }

    @Test func localRefusalSaysWhenToComeBack() throws {
        var book = AdmissionBook()
        var waits: [Duration] = []
        for _ in 0..<10 {
            if case .refused(_, let wait) = book.admitLocally(organisation, plan: .free, at: time.now()) {
                waits.append(wait)
            }
        }
        // Ten seconds' worth of 20 a minute is three; one more comes every three seconds.
        #expect(waits.count == 7)
        let wait = try #require(waits.first)
        #expect(wait > .milliseconds(1_999) && wait <= .seconds(3))
    }
}
