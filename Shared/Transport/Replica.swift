// SPDX-License-Identifier: Apache-2.0

import RPC

/// The connections to one address, from every loop: one for calls, and one for bulk while there is any.
final class Replica: Sendable {
    let address: ServiceAddress
    /// Rises from replica to replica: an address that left and came back is another one.
    let number: Int
    /// What is known of the address.
    let endpoint: Endpoint
    let client: RPCClient
    let bulk: RPCClient
    /// The pools of these two clients alone.
    private let pools: [ConnectionPool]
    /// By loop: whether its bulk connection is wanted.
    let demands: [Demand]
    private let connectors: [Connector]
    private let gone: AsyncStream<Never>
    private let goneMark: AsyncStream<Never>.Continuation

    init(
        address: ServiceAddress, number: Int, endpoint: Endpoint, client: RPCClient, bulk: RPCClient,
        pools: [ConnectionPool], demands: [Demand], connectors: [Connector]
    ) {
        self.address = address
        self.number = number
        self.endpoint = endpoint
        self.client = client
        self.bulk = bulk
        self.pools = pools
        self.demands = demands
        self.connectors = connectors
        (gone, goneMark) = AsyncStream.makeStream()
    }

    /// Connects until the address is gone or the task is cancelled; then the calls that run may finish within the drain
    /// time.
    func run() async {
        await withDiscardingTaskGroup { group in
            for connector in connectors { group.addTask { await connector.run() } }
            for await _ in gone {}
            group.cancelAll()
        }
    }

    /// The address is not on the list any more. Whoever still holds one of its clients is refused at once.
    func leave() {
        goneMark.finish()
        for pool in pools { pool.retire() }
    }
}
