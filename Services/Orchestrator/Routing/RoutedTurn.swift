// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import OrchestratorScheduling
import Primitives

/// A turn's request with the model that is to answer it.
struct RoutedTurn: Sendable {
    var request: StartTurnRequest
    /// The name the client asked for, when a route stands behind it.
    var route: String?
    var decision: RouteDecision?
}

extension OrchestratorParts {
    /// Finds out who answers. A name that no route has is a model's own.
    ///
    /// Of a stored conversation only what is new is looked at: the choice must not wait for Postgres, and a
    /// conversation whose questions change their kind may change its model.
    func routed(_ request: StartTurnRequest, _ principal: Principal) -> RoutedTurn {
        guard let route = routes.route(request.model) else { return RoutedTurn(request: request) }
        let complexity = PromptComplexity(request)
        let (serviceClass, tenant) = (ServiceClass(principal.plan), principal.organisation.uuid.low)
        let decision = route.choose(
            for: RouteQuestion(request, principal, complexity, longest: bounds.maxCompletionTokens)
        ) { fleet.standing(of: $0, for: serviceClass, tenant) }
        routes.note(decision)
        var routed = RoutedTurn(request: request, route: route.name, decision: decision)
        routed.request.model = decision.model
        return routed
    }
}

extension PromptComplexity {
    init(_ request: StartTurnRequest) {
        self.init(
            last: request.messages.last { $0.role == "user" }?.content ?? "",
            promptBytes: request.messages.reduce(0) { $0 + $1.content.utf8.count }, messages: request.messages.count,
            answerTokens: request.maxCompletionTokens, hasTools: request.toolsJSON != nil)
    }
}

extension RouteQuestion {
    /// Bytes of text per token, for an estimate that budgets are measured with.
    private static let bytesPerToken = 4

    init(_ request: StartTurnRequest, _ principal: Principal, _ complexity: PromptComplexity, longest: UInt32) {
        let bytes = request.messages.reduce(0) { $0 + $1.content.utf8.count }
        self.init(
            plan: principal.plan, person: Self.person(principal.organisation, principal.user),
            complexity: complexity.score,
            tokens: UInt64(bytes / Self.bytesPerToken) + UInt64(min(request.maxCompletionTokens ?? longest, longest)))
    }

    static func person(_ organisation: OrganisationID?, _ user: UserID?) -> UInt64 {
        (organisation?.uuid.low ?? 0) &* 0x9E37_79B9_7F4A_7C15 ^ (user?.uuid.low ?? 0)
    }
}

extension TurnStarted {
    /// What the turn's followers are told first: the model that answers, and the name it was asked by.
    init(_ routed: RoutedTurn, at now: Timestamp) {
        self.init(
            turnID: routed.request.turnID, model: routed.request.model, createdAtUs: now.microseconds,
            conversationID: routed.request.conversationID, route: routed.route,
            routeReason: routed.decision?.reason.rawValue)
    }
}
