// SPDX-License-Identifier: Apache-2.0

import Clients
import Logging
import Messages
import ObjectStore
import Postgres
import Primitives
import RPC
import RetrieverService
import TestKit

/// The real service on a real Postgres and a real folder. The fleet and moderation are two small peers whose vectors
/// are counts of a few known words, so that nearness can be foretold.
struct RetrieverFixture {
    static let words = ["lighthouse", "keeper", "harbour", "bread", "oven", "flour", "storm", "lamp"]

    static func vector(_ text: String) -> [Float] {
        var vector = words.map { word in Float(text.lowercased().contains(word) ? 1 : 0) }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        if length == 0 { vector[0] = 1 } else { vector = vector.map { $0 / length } }
        return vector
    }

    var fresh: FreshDatabase
    var database: Database
    var service: RetrieverService
    var gateway: RetrieverClient
    var orchestrator: RetrieverClient

    /// - Parameter rankingModel: a cross-encoder that likes bread, refuses storms and is silent in fog.
    init(rankingModel: String? = nil) async throws {
        fresh = try await ThrowawayPostgres.shared.database(migrating: ["retriever"])
        database = Database(fresh.settings(as: "parley_retriever"), logger: Logger(label: "test"))
        var fleet = MethodTable()
        fleet.unary(OrchestratorMethods.embed) { request, _ in
            EmbedReply(embeddings: request.texts.map { Embedding(values: RetrieverFixture.vector($0)) })
        }
        fleet.unary(OrchestratorMethods.rank) { request, _ in
            if request.query.contains("fog") { try await Task.sleep(for: .seconds(600)) }
            if request.query.contains("storm") { throw Failure(.unavailable, "Busy.", reason: "overloaded") }
            return RankReply(scores: request.texts.map { $0.contains("bread") ? 1 : 0 })
        }
        var judges = MethodTable()
        judges.unary(ModerationMethods.judgeText) { request, _ in
            Verdict(action: request.text.contains("previous instructions") ? .block : .allow)
        }
        service = RetrieverService(
            database: database, objects: try FolderObjectStore(root: TestFolder.make("objects")),
            orchestrator: OrchestratorClient(.inProcess(table: fleet, caller: .retriever)),
            moderation: ModerationClient(.inProcess(table: judges, caller: .retriever)),
            configuration: RetrieverConfiguration(
                objectFolder: "", embeddingModel: "all-minilm-l6-v2", embeddingDimensions: Self.words.count,
                rankingModel: rankingModel),
            time: SystemTime(), identifiers: SystemIdentifiers(), logger: Logger(label: "test"))
        gateway = RetrieverClient(.inProcess(table: service.methods, caller: .gateway))
        orchestrator = RetrieverClient(.inProcess(table: service.methods, caller: .orchestrator))
    }

    func close() async throws {
        await database.shutdown()
        try await fresh.drop()
    }
}

extension RetrieverFixture {
    func context(_ organisation: UInt64) -> CallContext {
        var random = SystemRandomNumberGenerator()
        let id = UUIDv7(high: 1, low: 1)
        return CallContext(
            deadline: .after(.seconds(20), from: SystemTime().now()), trace: TraceContext(random: &random),
            principal: Principal(
                organisation: OrganisationID(UUIDv7(high: 9, low: organisation)), project: ProjectID(id),
                user: UserID(id), key: nil, plan: .free, scopes: []))
    }

    func upload(
        _ text: String = RetrieverFixture.text, id: FileID, _ context: CallContext, announced: Int? = nil
    ) async throws -> FileReply {
        let bytes = Array(text.utf8)
        return try await gateway.ingestFile(context) { writer, reader in
            try await writer.send(
                IngestFileInput(
                    kind: .start(
                        IngestFileStart(
                            fileID: id, filename: "a.md", mediaType: "text/markdown", purpose: "assistants",
                            sizeBytes: UInt64(announced ?? bytes.count)))))
            for start in stride(from: 0, to: bytes.count, by: 1_000) {
                try await writer.send(
                    IngestFileInput(kind: .content(Array(bytes[start..<min(start + 1_000, bytes.count)]))))
            }
            writer.finish()
            guard case .event(let reply) = try await reader.next() else {
                throw Failure(.unknown, "no reply")
            }
            return reply
        }
    }

    /// Ingestion is a loop of its own in the service; here it is driven until nothing is left to do.
    func ingestAll(until state: FileState, _ file: FileID, _ context: CallContext) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.ingestion.run() }
            let end = SystemTime().now() + .seconds(15)
            while SystemTime().now() < end {
                let reply = try await gateway.getFile(GetFileRequest(fileID: file), context)
                if reply.state == state { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }

    static let text = """
        # The island

        The lighthouse keeper lights the lamp at dusk. \(String(repeating: "Waves come and go. ", count: 12))

        The bakery makes bread from flour in an oven. \(String(repeating: "It smells good. ", count: 14))
        """

    func file(_ number: UInt64) -> FileID { FileID(UUIDv7(high: 4, low: number)) }

    /// Runs `body` with a fixture and closes it, whatever happens.
    static func use(
        rankingModel: String? = nil, _ body: (RetrieverFixture) async throws -> Void
    ) async throws {
        let fixture = try await RetrieverFixture(rankingModel: rankingModel)
        do {
            try await body(fixture)
        } catch {
            try await fixture.close()
            throw error
        }
        try await fixture.close()
    }
}
