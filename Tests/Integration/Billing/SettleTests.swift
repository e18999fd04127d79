// SPDX-License-Identifier: Apache-2.0

import BillingService
import Messages
import Primitives
import Testing

@Suite struct SettleTests {
    @Test func aTurnIsChargedOnceHoweverOftenItIsSettled() async throws {
        try await BillingFixture.use { fixture in
            let (who, turn) = (fixture.principal(), fixture.ids.make(TurnID.self))
            let held = try await fixture.service.reserve(fixture.reserve(turn), fixture.context(who))
            // 1,000 prompt tokens at 1.5 and 500 completion tokens at 2 millionths each.
            #expect(held.amountMicros == 2_500)
            let first = try await fixture.service.settle(fixture.settle(turn, who), fixture.context(nil))
            // 600 fresh at 1.5, 400 cached at 0.15, 100 written at 2.
            #expect(first.chargedMicros == 1_160)
            #expect(!first.wasSettled)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let again = try await fixture.service.settle(
                            fixture.settle(turn, who, completion: 999), fixture.context(nil))
                        #expect(again.wasSettled)
                        #expect(again.chargedMicros == 1_160)
                    }
                }
                try await group.waitForAll()
            }
            let rows = try await fixture.usage(who)
            #expect(rows.map(\.chargedMicros) == [1_160])
            #expect(rows.map(\.requests) == [1])
        }
    }

    /// A turn under an adapter that was never reserved is charged as its model is.
    @Test func anAdaptersTurnIsChargedAtItsModelsPrice() async throws {
        try await BillingFixture.use { fixture in
            let (who, turn) = (fixture.principal(), fixture.ids.make(TurnID.self))
            var request = fixture.settle(turn, who)
            request.model += ":poet"
            for isAgain in [false, true] {
                let reply = try await fixture.service.settle(request, fixture.context(nil))
                #expect(reply.chargedMicros == 1_160 && reply.wasSettled == isAgain)
            }
            #expect(try await fixture.usage(who).map(\.model) == ["smollm2-135m"])
        }
    }

    @Test func concurrentSettlementsOfOneTurnWriteOneRow() async throws {
        try await BillingFixture.use { fixture in
            let (who, turn) = (fixture.principal(), fixture.ids.make(TurnID.self))
            let fresh = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await fixture.service.settle(fixture.settle(turn, who), fixture.context(nil)).wasSettled
                            == false
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(fresh == 1)
            #expect(try await fixture.usage(who).map(\.requests) == [1])
        }
    }
}
