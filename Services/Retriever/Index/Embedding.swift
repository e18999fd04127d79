// SPDX-License-Identifier: Apache-2.0

import Clients
import Logging
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
        guard
            let hash = try await files.contentHash(
                of: claim.file, organisation: organisation, deadline: .after(Self.storePatience, from: time.now()))
        else { return }  // deleted meanwhile
        do {
            let bytes = try objects.get(ObjectKey(file: claim.file, contentHash: hash, of: organisation))
            text = try FileRules.text(of: bytes)
        } catch let failure as ObjectStoreFailure {
            throw Failure(failure)
        }
        let judged = try await judge(PassageText.all(of: text), for: claim.principal)
        guard !judged.isEmpty else { throw FileRules.Refusal.nothingLeft }
        let passages = judged.map { (identifiers.make(PassageID.self), $0) }
        try await self.passages.replace(
            passages, of: claim.file, organisation: organisation, deadline: .after(Self.storePatience, from: time.now())
        )

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

    /// What documents say reaches a model as if a person had said it, so it is judged first: addresses and card numbers
    /// are redacted (spec 05.8), and a passage that tries to instruct the model is left out.
    private func judge(_ passages: [PassageText], for principal: Principal) async throws -> [PassageText] {
        var kept: [PassageText] = []
        for passage in passages {
            let verdict = try await moderation.judgeText(
                JudgeTextRequest(text: passage.text, direction: .document), context(for: principal))
            switch verdict.action {
            case .block:
                logger.notice(
                    "a passage was left out", metadata: ["rules": "\(verdict.reasons.joined(separator: ","))"])
            case .redact:
                var redacted = passage
                redacted.text = verdict.applied(to: passage.text)
                kept.append(redacted)
            default: kept.append(passage)
            }
        }
        return kept
    }

    private func context(for principal: Principal) -> CallContext {
        var random = SystemRandomNumberGenerator()
        return CallContext(
            deadline: .after(Self.callPatience, from: time.now()), trace: TraceContext(random: &random),
            requestID: "ingestion", principal: principal)
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
        let reply = try await bulkOrchestrator.embed(
            EmbedRequest(model: configuration.embeddingModel, texts: texts), context(for: principal))
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
