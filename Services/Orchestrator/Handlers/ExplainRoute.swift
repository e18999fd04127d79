// SPDX-License-Identifier: Apache-2.0

package import Messages
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
package import RPC

extension OrchestratorService {
    /// Which model would answer a question now, and why.
    package func explainRoute(
        _ request: ExplainRouteRequest, _ context: CallContext
    ) async throws -> ExplainRouteReply {
        guard let route = parts.routes.route(request.name) else {
            throw Failure(.notFound, "There is no such route.", reason: "route_not_found")
        }
        guard let plan = Plan(rawValue: request.plan) else {
            throw Failure.badArgument("The plan is free, pro or enterprise.", reason: "invalid_plan")
        }
        let longest = parts.bounds.maxCompletionTokens
        let wanted = request.maxCompletionTokens == 0 ? nil : request.maxCompletionTokens
        let bytes = request.text.utf8.count
        let complexity = PromptComplexity(
            last: request.text, promptBytes: bytes, messages: 1, answerTokens: wanted, hasTools: false)
        let question = RouteQuestion(
            plan: plan, person: RouteQuestion.person(request.organisationID, request.userID),
            complexity: complexity.score, tokens: UInt64(bytes / 4) + UInt64(min(wanted ?? longest, longest)))
        let tenant = request.organisationID?.uuid.low ?? 0
        let decision = route.choose(for: question) {
            parts.fleet.standing(of: $0, for: ServiceClass(plan), tenant)
        }
        return ExplainRouteReply(
            model: decision.model, reason: decision.reason.rawValue,
            passedOver: decision.passedOver.map {
                PassedOverModel(model: $0.model, obstacle: $0.obstacle.rawValue)
            }, complexity: UInt32(clamping: complexity.score),
            signs: complexity.parts.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                ComplexitySign(sign: $0.key.rawValue, points: UInt32(clamping: $0.value))
            })
    }
}
