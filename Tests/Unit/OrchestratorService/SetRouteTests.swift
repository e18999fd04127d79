// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import OrchestratorDomain
import Primitives
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct SetRouteTests {
        @Test func aTurnIsAnsweredByTheModelItsRouteNames() async throws {
            try await Ensemble().run { ensemble in
                try await ensemble.lead("assistant", to: RoutePool(model: "m"))
                var request = ensemble.request("Hi")
                request.model = "assistant"
                let told = try await ensemble.start(request)
                #expect(told.text == "Hello!" && told.started?.model == "m")
                #expect(told.started?.route == "assistant" && told.started?.routeReason == "preferred")
                #expect(ensemble.billing.value.settled.map(\.model) == ["m"], "who answers is paid")
                // A model that is asked for itself says nothing of routes.
                #expect(try await ensemble.start(ensemble.request("Hi")).started?.route == nil)
            }
        }

        @Test func aModelThatIsAwayIsReplacedAndItsClientTold() async throws {
            try await Ensemble().run { ensemble in
                try await ensemble.lead("assistant", to: RoutePool(model: "away"), fallbacks: ["m"])
                var request = ensemble.request("Hi")
                request.model = "assistant"
                let told = try await ensemble.start(request)
                #expect(told.text == "Hello!" && told.started?.model == "m" && told.started?.routeReason == "degraded")
            }
        }

        @Test func aRouteThatMakesNoSenseIsRefused() async throws {
            let ensemble = Ensemble()
            for pool in [RoutePool(model: "a", plans: ["platinum"]), RoutePool(model: "r")] {
                let failure = await #expect(throws: Failure.self) { try await ensemble.lead("r", to: pool) }
                #expect(failure?.reason == "invalid_route")
            }
            #expect(ensemble.parts.routes.all.isEmpty)
        }

        @Test func whatIsKeptIsWhatWasSet() {
            let route = ModelRoute(
                name: "r",
                pools: [
                    .init(model: "a", plans: [.pro, .free], complexity: 10...90, weight: 3, price: 5),
                    .init(model: "b", complexity: 0...100),
                ], canary: .init(model: "c", permille: 7), fallbacks: ["d", "e"], maxWait: .milliseconds(700),
                budgets: [.free: 9, .pro: 11])
            #expect(ModelRoute(RouteRow(route)) == route)
        }
    }
}

extension Ensemble {
    func lead(_ name: String, to pool: RoutePool, fallbacks: [String] = []) async throws {
        _ = try await admin.setRoute(
            SetRouteRequest(route: RouteRow(name: name, pools: [pool], fallbacks: fallbacks)), context())
    }
}
