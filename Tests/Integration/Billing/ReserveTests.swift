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
