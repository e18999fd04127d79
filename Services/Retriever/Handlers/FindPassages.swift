// SPDX-License-Identifier: Apache-2.0

import Clients
import Logging
package import Messages
import Primitives
package import RPC
import RetrieverDomain
import VectorIndex

extension RetrieverService {
    /// What both searches look at before they are fused (spec 05.26-05.28).
    private static let candidates = 50
    static let defaultLimit: UInt32 = 5
    static let mostPassages: UInt32 = 50
    private static let longestQuery = 8_192

    /// The passages nearest to a question, by vector and by words.
    package func findPassages(
        _ request: FindPassagesRequest, _ context: CallContext
    ) async throws -> FindPassagesReply {
        let principal = try context.requirePrincipal()
        return FindPassagesReply(
            passages: try await search(
                request.query, files: request.fileIDs, limit: request.limit, for: principal, context))
    }

    func search(
        _ query: String, files: [FileID], limit: UInt32, for principal: Principal, _ context: CallContext
    ) async throws -> [Citation] {
        guard !query.isEmpty, query.utf8.count <= Self.longestQuery else {
            throw Failure(
                .invalidArgument, "A query has 1 to \(Self.longestQuery) bytes.", reason: "bad_query")
        }
        let limit = Int(limit == 0 ? Self.defaultLimit : min(limit, Self.mostPassages))
        let organisation = principal.organisation

        async let byWords = searchWords(query, files: files, organisation: organisation, context)
        async let byVector = searchVectors(query, files: files, principal: principal, context)
        let wanted = configuration.rankingModel == nil ? limit : max(limit, configuration.rankingCandidates)
        let ranked = RankFusion.fuse([try await byWords, await byVector], limit: wanted)

        let records = try await passages.read(
            ranked.map(\.passage), of: organisation, deadline: context.deadline)
        let found = Dictionary(uniqueKeysWithValues: records.map { ($0.passage, $0) })
        let hits = await reordered(
            ranked.compactMap { hit in found[hit.passage].map { (record: $0, score: hit.score) } }, by: query, context)
        return hits.prefix(limit).enumerated().map { place, hit in
            let (record, score) = hit
            return Citation(
                number: UInt32(place + 1), fileID: record.file, passageID: record.passage,
                filename: record.filename, text: record.text, score: Float(score),
                startByte: UInt64(record.startByte), endByte: UInt64(record.endByte))
        }
    }

    /// The same passages in the order of a cross-encoder, where there is one: it reads question and passage together,
    /// which neither search does. Fusion's scores go along, because a cross-encoder's are comparable with no others.
    /// When it does not answer in time, the order stands.
    private func reordered(
        _ hits: [(record: PassageStore.Record, score: Double)], by query: String, _ context: CallContext
    ) async -> [(record: PassageStore.Record, score: Double)] {
        guard let model = configuration.rankingModel, hits.count > 1 else { return hits }
        // What is beyond the candidates keeps its place behind them.
        let read = hits.prefix(configuration.rankingCandidates)
        // Half of what is left: an order that comes too late is worth less than the passages.
        var context = context
        if !context.deadline.isDistant {
            let now = time.now()
            context.deadline = .after(context.deadline.remaining(at: now) / 2, from: now)
        }
        do {
            let reply = try await orchestrator.rank(
                RankRequest(model: model, query: query, texts: read.map(\.record.text)), context)
            guard reply.scores.count == read.count else { return hits }
            let order = read.indices.sorted {
                reply.scores[$0] != reply.scores[$1] ? reply.scores[$0] > reply.scores[$1] : $0 < $1
            }
            return order.map { hits[$0] } + hits[read.endIndex...]
        } catch {
            logger.warning(
                "found passages were not ranked",
                metadata: ["request_id": "\(context.requestID)", "error": "\(error)"])
            return hits
        }
    }

    private func searchWords(
        _ query: String, files: [FileID], organisation: OrganisationID, _ context: CallContext
    ) async throws -> [PassageID] {
        let words = QueryWords.anyOf(query)
        guard !words.isEmpty else { return [] }
        return try await passages.search(
            words: words, of: organisation, files: files, limit: Int32(Self.candidates), deadline: context.deadline)
    }

    /// The fleet may be busy or away. Then the words alone decide, which is worth more than no answer in time.
    private func searchVectors(
        _ query: String, files: [FileID], principal: Principal, _ context: CallContext
    ) async -> [PassageID] {
        do {
            let reply = try await orchestrator.embed(
                EmbedRequest(model: configuration.embeddingModel, texts: [query]), context)
            guard let vector = reply.embeddings.first?.values else { return [] }
            return try await indexes.search(
                vector, of: principal.organisation, files: Set(files), limit: Self.candidates,
                deadline: context.deadline
            ).map(\.passage)
        } catch {
            logger.warning(
                "a search went on without vectors",
                metadata: ["request_id": "\(context.requestID)", "error": "\(error)"])
            return []
        }
    }
}
