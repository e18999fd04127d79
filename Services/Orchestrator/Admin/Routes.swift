// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct Routes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Names that stand for several models.",
        subcommands: [RouteList.self, RouteSet.self, RouteRemove.self, RouteExplain.self])
}

struct RouteList: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Shows every route, one line a pool.")
    static let service = PeerName.orchestrator
    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(OrchestratorAdminMethods.listRoutes, ListRoutesRequest())
        var table = Table(["route", "model", "part", "plans", "complexity", "weight", "price_micros", "max_wait_ms"])
        for route in reply.routes {
            func add(_ model: String, _ part: String, _ pool: RoutePool? = nil, weight: UInt32 = 0) {
                let high = pool.map { $0.maxComplexity == 0 ? 100 : $0.maxComplexity }
                table.add(
                    .text(route.name), .text(model), .text(part),
                    .text(pool.map { $0.plans.isEmpty ? "all" : $0.plans.joined(separator: ",") } ?? ""),
                    .text(high.map { "\(pool?.minComplexity ?? 0)-\($0)" } ?? ""), .number(Int64(weight)),
                    .number(Int64(pool?.priceMicros ?? 0)), .number(Int64(route.maxWaitMs)))
            }
            for pool in route.pools { add(pool.model, "pool", pool, weight: pool.weight) }
            if let canary = route.canaryModel { add(canary, "canary", weight: route.canaryPermille) }
            for model in route.fallbacks { add(model, "fallback") }
        }
        session.show(table)
    }
}

struct RouteSet: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Makes a route, or another one of the same name.",
        discussion: """
            A pool is a model and what it is for: `large:plans=pro+enterprise:complexity=40-100:weight=9:price=30`. The
            first pool that suits a question answers it; where pools have weights, each person has one of them. A canary
            is a model and how many of a thousand people see it: `large-next:100`; 0 of them is the kill switch.
            """)
    static let service = PeerName.orchestrator
    @OptionGroup var admin: AdminOptions

    @Argument(help: "The name that clients ask for.")
    var name: String

    @Option(help: "MODEL[:plans=A+B][:complexity=LOW-HIGH][:weight=N][:price=MICROS]; several, best first.")
    var pool: [String] = []

    @Option(help: "MODEL:PERMILLE")
    var canary: String?

    @Option(help: "A model to answer when the chosen one cannot; several, best first.")
    var fallback: [String] = []

    @Option(help: "The longest predicted wait before a fallback is taken; 0 for any.")
    var maxWaitMs: UInt32 = 0

    @Option(help: "PLAN=MICROS: what one turn may cost, in millionths.")
    var budget: [String] = []

    func perform(_ session: AdminSession) async throws {
        var route = RouteRow(
            name: name, pools: try pool.map(RoutePool.init(argument:)), fallbacks: fallback, maxWaitMs: maxWaitMs,
            budgets: try budget.map(RouteBudget.init(argument:)))
        if let canary {
            let parts = canary.split(separator: ":")
            guard parts.count == 2, let permille = UInt32(parts[1]) else {
                throw ValidationError("A canary is MODEL:PERMILLE, not '\(canary)'.")
            }
            route.canaryModel = String(parts[0])
            route.canaryPermille = permille
        }
        guard try await session.change(OrchestratorAdminMethods.setRoute, SetRouteRequest(route: route)) != nil else {
            return
        }
        session.show([("route", .text(name)), ("changed", true)])
    }
}

struct RouteRemove: AdminCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Takes a route away.")
    static let service = PeerName.orchestrator
    @OptionGroup var admin: AdminOptions

    @Argument(help: "The name that clients ask for.")
    var name: String

    func perform(_ session: AdminSession) async throws {
        let request = RemoveRouteRequest(name: name)
        guard let reply = try await session.change(OrchestratorAdminMethods.removeRoute, request) else { return }
        session.show([("route", .text(name)), ("removed_now", .flag(reply.wasThere))])
    }
}

struct RouteExplain: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Shows which model would answer a question now, and why.")
    static let service = PeerName.orchestrator
    @OptionGroup var admin: AdminOptions

    @Argument(help: "The name that clients ask for.")
    var name: String

    @Option(help: "free, pro or enterprise.")
    var plan = "free"

    @Option(help: "Whose organisation asks.")
    var organisation: OrganisationID?

    @Option(help: "Who asks: choices stick to people.")
    var user: UserID?

    @Option(help: "What is asked.")
    var text = ""

    @Option(help: "The longest answer wanted; 0 leaves it open.")
    var maxTokens: UInt32 = 0

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(
            OrchestratorAdminMethods.explainRoute,
            ExplainRouteRequest(
                name: name, plan: plan, organisationID: organisation, userID: user, text: text,
                maxCompletionTokens: maxTokens))
        let signs = reply.signs.map { "\($0.sign) \($0.points)" }.joined(separator: ", ")
        session.show([
            ("model", .text(reply.model)), ("reason", .text(reply.reason)),
            ("complexity", .number(Int64(reply.complexity))), ("signs", .text(signs)),
            (
                "passed_over",
                .text(reply.passedOver.map { "\($0.model) (\($0.obstacle))" }.joined(separator: ", "))
            ),
        ])
    }
}
