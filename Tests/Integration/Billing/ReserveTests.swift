// SPDX-License-Identifier: Apache-2.0

import BillingService
import Messages
import Primitives
import TestKit
import Testing

@Suite struct ReserveTests {
    @Test func aBudgetIsNotOverrunByTurnsAtOnce() async throws {
        try await BillingFixture.use { fixture in
            let who = fixture.principal()
            try await fixture.fresh.prepare(
                "INSERT INTO billing.budgets VALUES ('\(who.organisation)', 'USD', 10000)")
            let granted = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        do {
                            _ = try await fixture.service.reserve(
                                fixture.reserve(fixture.ids.make()), fixture.context(who))
                            return true
                        } catch {
                            #expect((error as? Failure)?.reason == "insufficient_quota")
                            return false
                        }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(granted == 4)
        }
    }

    /// Goal: an adapter costs what its model costs, unless it has a price. Method: the same turn under three names.
    @Test func anAdapterWithoutAPriceCostsWhatItsModelCosts() async throws {
        try await BillingFixture.use { fixture in
            let who = fixture.principal()
            var amounts: [Int64] = []
            var request = fixture.reserve(fixture.ids.make())
            let base = request.model
            try await fixture.fresh.prepare(
                "INSERT INTO billing.prices SELECT model || ':dear', 1, currency, prompt_micros * 2, cached_micros * 2,"
                    + " completion_micros * 2 FROM billing.prices WHERE model = '\(base)'")
            for model in [base, "\(base):poet", "\(base):dear"] {
                request = fixture.reserve(fixture.ids.make())
                request.model = model
                amounts.append(try await fixture.service.reserve(request, fixture.context(who)).amountMicros)
            }
            #expect(amounts[1] == amounts[0] && amounts[2] > amounts[0])
            for model in ["nobody:poet", "\(base):", ":poet"] {
                request.model = model
                request.turnID = fixture.ids.make()
                let failure = await #expect(throws: Failure.self) {
                    try await fixture.service.reserve(request, fixture.context(who))
                }
                #expect(failure?.code == .notFound, "\(model)")
            }
        }
    }

    @Test func anUnknownModelHasNoPrice() async throws {
        try await BillingFixture.use { fixture in
            var request = fixture.reserve(fixture.ids.make())
            request.model = "no-such-model"
            let failure = await #expect(throws: Failure.self) {
                try await fixture.service.reserve(request, fixture.context(fixture.principal()))
            }
            #expect(failure?.code == .notFound)
        }
    }
}
