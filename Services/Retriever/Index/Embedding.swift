// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import ObjectStore
import Primitives
import RPC
import RetrieverDomain

extension RetrieverService {
    /// Texts in one call: a batch the worker can take without making a question wait long behind it.
    private static let textsPerCall = 16
    private static let callPatience = Duration.seconds(5)
    private static let storePatience = Duration.seconds(30)
    /// How often a text is halved that has more tokens than the model takes.
    private static let mostHalvings = 4

    /// One claimed file, from bytes to searchable. Safe to repeat from the beginning at any point.
    func ingest(_ claim: IngestionStore.Claim) async throws {
        let organisation = claim.principal.organisation
        let text: String
        do {
            let bytes = try objects.get(ObjectKey(organisation: organisation, kind: .file, id: claim.file.uuid))
            text = try FileRules.text(of: bytes)
        } catch let failure as ObjectStoreFailure {
            throw Failure(failure)
        }
        let passages = PassageText.all(of: text).map { (identifiers.make(PassageID.self), $0) }
        guard !passages.isEmpty else { throw FileRules.Refusal.empty }
        try await self.passages.replace(
            passages, of: claim.file, organisation: organisation, deadline: .after(Self.storePatience, from: time.now()))

        var vectors: [(PassageID, [Float])] = []
        for start in stride(from: 0, to: passages.count, by: Self.textsPerCall) {
            let batch = passages[start..<min(start + Self.textsPerCall, passages.count)]
            let found = try await embed(batch.map(\.1.text), for: claim.principal)
            vectors += zip(batch.map(\.0), found).map { ($0, $1) }
        }
        try await self.passages.publish(
            vectors, model: configuration.embeddingModel, of: claim.file, organisation: organisation,
            deadline: .after(Self.storePatience, from: time.now()))
    }

    private func embed(_ texts: [String], for principal: Principal) async throws -> [[Float]] {
        do {
            return try await embedOnce(texts, for: principal)
        } catch let failure as Failure where failure.code == .invalidArgument {
            // One text has more tokens than the model takes. Its beginning stands for it; the words search sees it all.
            guard texts.count == 1 else {
                var vectors: [[Float]] = []
                for text in texts { vectors += try await embed([text], for: principal) }
                return vectors
            }
            return [try await embedBeginning(of: texts[0], for: principal)]
        }
    }

    private func embedBeginning(of text: String, for principal: Principal) async throws -> [Float] {
        var part = text
        var last = Failure(.invalidArgument, "A passage cannot be embedded.", reason: "passage_too_long")
        for _ in 0..<Self.mostHalvings {
            part = String(part.prefix(max(1, part.count / 2)))
            do {
                if let vector = try await embedOnce([part], for: principal).first { return vector }
            } catch let failure as Failure where failure.code == .invalidArgument {
                last = failure
            }
        }
        throw last
    }

    private func embedOnce(_ texts: [String], for principal: Principal) async throws -> [[Float]] {
        var random = SystemRandomNumberGenerator()
        let context = CallContext(
            deadline: .after(Self.callPatience, from: time.now()), trace: TraceContext(random: &random),
            requestID: "ingestion", principal: principal)
        let reply = try await orchestrator.embed(
            EmbedRequest(model: configuration.embeddingModel, texts: texts), context)
        guard reply.embeddings.count == texts.count,
            reply.embeddings.allSatisfy({ $0.values.count == configuration.embeddingDimensions })
        else {
            throw Failure(
                .failedPrecondition, "The embedding model's vectors have another length than the setting says.",
                reason: "wrong_dimensions", detail: "retriever.embedding_dimensions")
        }
        return reply.embeddings.map(\.values)
    }
}
