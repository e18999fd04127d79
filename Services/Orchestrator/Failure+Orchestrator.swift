// SPDX-License-Identifier: Apache-2.0

package import OrchestratorDomain
package import OrchestratorScheduling
import Postgres
package import Primitives

/// Every refusal of this service as the one failure that crosses the wire. Written here and nowhere else.
extension Failure {
    package static let tooManyTurns = Failure(
        .resourceExhausted, "Too many requests are running; try again soon.", reason: "overloaded",
        retry: .after(.seconds(1)))
    package static let draining = Failure(
        .unavailable, "This server is about to stop; another one takes the request.", reason: "draining", retry: .now)
    package static let unknownTurn = Failure(
        .notFound, "There is no such turn, or it can no longer be resumed.", reason: "turn_not_found")
    package static let unknownConversation = Failure(
        .notFound, "There is no such conversation.", reason: "conversation_not_found")
    package static let conversationTaken = Failure(
        .alreadyExists, "The id belongs to another conversation.", reason: "conversation_exists")
    package static let turnLost = Failure(
        .aborted, "The answer was taken over by another server and ended.", reason: "turn_lost", retry: .now)
    package static let turnReleased = Failure(
        .aborted, "This request was tried before and failed before its answer began.", reason: "turn_released")
    package static let storeUnavailable = Failure(
        .unavailable, "The request cannot be recorded now; try again soon.", reason: "store_unavailable",
        retry: .after(.seconds(1)))
    package static let moderationUnavailable = Failure(
        .unavailable, "The request cannot be checked now; try again soon.", reason: "moderation_unavailable",
        retry: .after(.seconds(1)))
    package static let billingUnavailable = Failure(
        .unavailable, "The request cannot be accounted for now; try again soon.", reason: "billing_unavailable",
        retry: .after(.seconds(1)))
    package static let tooManyHeld = Failure(
        .resourceExhausted, "The model is starting and too many requests wait for it; try again soon.",
        reason: "model_starting", retry: .after(.seconds(30)))
    package static let tooManyEmbeddings = Failure(
        .resourceExhausted, "Too many embedding requests are running; try again soon.", reason: "overloaded",
        retry: .after(.seconds(1)))

    /// The rules' names say what fired; the text itself is never repeated.
    package static func contentPolicy(_ rules: [String]) -> Failure {
        Failure(
            .invalidArgument, "The request was refused by the content policy (\(rules.joined(separator: ", "))).",
            reason: "content_policy")
    }

    package static func badArgument(_ sentence: String, reason: String) -> Failure {
        Failure(.invalidArgument, sentence, reason: reason)
    }

    package init(_ refusal: PromptRefusal) {
        switch refusal {
        case .empty:
            self.init(.invalidArgument, "There is no message to answer.", reason: "invalid_messages")
        case .tooLong(let bytes, let limit):
            self.init(
                .invalidArgument, "The messages take \(bytes) bytes; the limit is \(limit).",
                reason: "context_length_exceeded")
        case .tooManyMessages(let count, let limit):
            self.init(
                .invalidArgument, "There are \(count) messages; the limit is \(limit).",
                reason: "context_length_exceeded")
        }
    }

    package init(_ refusal: PlacementRefusal, model: String) {
        switch refusal {
        case .unknownModel:
            self.init(
                .notFound, "The model '\(model.prefix(64))' does not exist or is not served here.",
                reason: "model_not_found")
        case .noneReady:
            self.init(
                .unavailable, "No server for this model is ready; try again soon.", reason: "no_worker",
                retry: .after(.seconds(1)))
        case .overloaded(let retryAfter):
            // Said before anything was spent on it, and with the time after which it is likely to be served.
            self.init(
                .resourceExhausted, "The servers for this model have more to do than they get done in time.",
                reason: "overloaded", retry: .after(retryAfter))
        }
    }

    package init(_ refusal: TurnRefusal) {
        switch refusal {
        case .staleEpoch, .alreadyEnded: self = .turnLost
        case .illegal:
            self.init(.internal, "Something went wrong on our side.", reason: "internal", detail: "illegal turn step")
        }
    }

    /// Anything a store threw. What is not ours to explain becomes `store_unavailable` or internal.
    package static func ofStore(_ error: any Error) -> Failure {
        switch error {
        case let failure as Failure: return failure
        case let refusal as TurnRefusal: return Failure(refusal)
        case let failure as DatabaseFailure:
            var known = failure.failure
            if known.code == .unavailable || known.code == .deadlineExceeded {
                known = .storeUnavailable
                known.detail = "\(failure)"
            }
            return known
        default: return .untranslated(error)
        }
    }
}
