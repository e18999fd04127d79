// SPDX-License-Identifier: Apache-2.0

import Clients
package import Messages
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
package import RPC

extension OrchestratorService {
    /// Texts in one call to a worker, and in one request to us; the first is the worker's bound.
    private static let embedLimits = (perCall: 128, perRequest: 2_048)

    /// Embeddings through the fleet, in a bulkhead of their own: a flood of them leaves the turns their workers' time
    /// and this process's memory.
    package func embed(_ request: EmbedRequest, _ context: CallContext) async throws -> EmbedReply {
        guard !request.texts.isEmpty, request.texts.count <= Self.embedLimits.perRequest else {
            throw Failure.badArgument(
                "An embedding request takes 1 to \(Self.embedLimits.perRequest) texts.", reason: "invalid_input")
        }
        guard parts.embeddings.enter() else { throw Failure.tooManyEmbeddings }
        defer { parts.embeddings.leave() }
        var reply = EmbedReply()
        for start in stride(from: 0, to: request.texts.count, by: Self.embedLimits.perCall) {
            let end = min(start + Self.embedLimits.perCall, request.texts.count)
            let part = try await embed(Array(request.texts[start..<end]), model: request.model, context)
            guard part.vectors.count == end - start else {
                throw Failure(.internal, "Something went wrong on our side.", reason: "bad_embedding")
            }
            reply.embeddings += part.vectors.map { Embedding(values: $0.values) }
            reply.promptTokens &+= part.promptTokens
        }
        return reply
    }

    private func embed(
        _ texts: [String], model: String, _ context: CallContext
    ) async throws(Failure) -> EmbedTextsReply {
        try await withEmbedder(of: model, bytes: texts.reduce(0) { $0 + $1.utf8.count }) {
            worker throws(Failure) in
            // One text is a question that somebody waits for; more are a batch.
            let client = texts.count == 1 ? parts.workers.client(of: worker) : parts.workers.bulkClient(of: worker)
            return try await client.embed(EmbedTextsRequest(model: model, texts: texts), context)
        }
    }

    /// Makes a call to a worker that embeds, and to another when that one fails.
    func withEmbedder<R: Sendable>(
        of model: String, kind: ServedModel.Kind = .embedding, bytes: Int,
        _ call: (WorkerAddress) async throws(Failure) -> R
    ) async throws(Failure) -> R {
        // Embeddings keep no cache, so nothing prefers one worker: the hash only spreads ties.
        var work = WorkRequest(
            model: model, kind: kind, spread: parts.identifiers.next().low, promptTokens: bytes / 4)
        var attempt = 1
        while true {
            let placement: Placement
            do throws(PlacementRefusal) {
                placement = try parts.fleet.placeAtOnce(work)
            } catch {
                throw Failure(error, model: model)
            }
            do throws(Failure) {
                let reply = try await call(placement.worker)
                parts.fleet.finished(placement, .served)
                return reply
            } catch {
                let outcome = WorkOutcome(error, wasCancelled: Task.isCancelled)
                parts.fleet.finished(placement, outcome)
                guard outcome != .abandoned, error.isWorthAnotherWorker, attempt < parts.bounds.maxAttempts else {
                    throw error
                }
                attempt += 1
                work.excluded.insert(placement.worker)
            }
        }
    }
}
