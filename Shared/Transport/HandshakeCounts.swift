// SPDX-License-Identifier: Apache-2.0

import Metrics
import TLS

/// Handshakes with peers that went well, and how many of them went on with an earlier session: a share that falls says
/// that full handshakes are paid for again.
struct HandshakeCounts: Sendable {
    static let accepted = HandshakeCounts(side: "server")
    static let made = HandshakeCounts(side: "client")

    private let full: Counter
    private let resumed: Counter

    private init(side: String) {
        func counter(_ kind: String) -> Counter {
            Counter(label: "parley_rpc_handshakes_total", dimensions: [("side", side), ("kind", kind)])
        }
        full = counter("full")
        resumed = counter("resumed")
    }

    func count(_ handshake: TLSHandshakeCompleted) {
        (handshake.isResumed ? resumed : full).increment()
    }
}
