// SPDX-License-Identifier: Apache-2.0

import Clients
import HTTPEdge
package import Logging
package import Primitives
package import RPC
import Synchronization
package import Telemetry

/// The public edge: HTTP on the outside, calls to four services on the inside, and no store of its own.
///
/// Routes and what they ask of callers stand in `HTTP/PublicRoutes.swift`; what an error looks like outside in
/// `HTTP/Failure+HTTP.swift`, and nowhere else.
package final class GatewayService: Sendable {
    /// For calls whose own deadline, in the contract, is what counts.
    static let patience = Duration.seconds(10)

    let auth: AuthClient
    let orchestrator: OrchestratorClient
    let retriever: RetrieverClient
    /// For embeddings, whose answers are megabytes, and for files: tokens and questions pass them.
    let bulkOrchestrator: OrchestratorClient
    let bulkRetriever: RetrieverClient
    package let principals: Principals
    let admission: Admission
    let page = WebPage()
    package let metrics = EdgeMetrics()
    let settings: PublicSettings
    let time: any TimeSource
    let identifiers: any IdentifierSource
    let logger: Logger
    private let spans: SpanRecorder
    private let clients: [PeerName: RPCClient]
    let startedAt: Timestamp

    /// Counts for `gateway-admin status`.
    let requests = Atomic<Int>(0)
    let streams = Atomic<Int>(0)
    let uploads = Atomic<Int>(0)
    /// The public ports, for the same; none in tests that open their own.
    let ports = Mutex<[HTTPServer]>([])

    /// - Parameters:
    ///   - client: of auth, billing, orchestrator and retriever, by name.
    ///   - bulk: of orchestrator and retriever, for what is large; nil where one client does for both.
    package init(
        settings: PublicSettings, client: (PeerName) -> RPCClient, bulk: ((PeerName) -> RPCClient)? = nil,
        spans: SpanRecorder, logger: Logger,
        time: any TimeSource, identifiers: any IdentifierSource
    ) {
        let names: [PeerName] = [.auth, .billing, .orchestrator, .retriever]
        let clients = Dictionary(uniqueKeysWithValues: names.map { ($0, client($0)) })
        self.clients = clients
        auth = AuthClient(client(.auth))
        orchestrator = OrchestratorClient(client(.orchestrator))
        retriever = RetrieverClient(client(.retriever))
        bulkOrchestrator = OrchestratorClient(bulk?(.orchestrator) ?? client(.orchestrator))
        bulkRetriever = RetrieverClient(bulk?(.retriever) ?? client(.retriever))
        principals = Principals(auth: auth, time: time, logger: logger)
        admission = Admission(billing: BillingClient(client(.billing)), time: time, logger: logger)
        self.settings = settings
        self.spans = spans
        self.logger = logger
        self.time = time
        self.identifiers = identifiers
        startedAt = time.timestamp()
    }

    func record(_ span: Span) { spans.record(span) }

    /// Live connections to each service, in the order of the port table.
    var reach: [(service: PeerName, connections: Int)] {
        PeerName.services.compactMap { name in clients[name].map { (name, $0.connectionCount) } }
    }

    /// What `gateway-admin` may call.
    package var methods: MethodTable {
        var table = MethodTable()
        table.unary(GatewayAdminMethods.getStatus) { try await self.getStatus($0, $1) }
        table.unary(GatewayAdminMethods.flushKeys) { try await self.flushKeys($0, $1) }
        return table
    }
}
