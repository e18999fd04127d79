// SPDX-License-Identifier: Apache-2.0

import Clients
import RPC
import Wire

/// The calls of a connection as far as they have come.
struct CallBook {
    struct Call {
        let method: CatalogueMethod?
        var phase: StreamPhase
        /// What either end may still send; nil where the receiver's preface is not known.
        var toServer: SendWindow?
        var fromServer: SendWindow?

        subscript(way: WireWay) -> SendWindow? {
            get { way == .toServer ? toServer : fromServer }
            set { if way == .toServer { toServer = newValue } else { fromServer = newValue } }
        }
    }
    private(set) var lastStream: UInt32 = 0
    private var calls: [UInt32: Call] = [:]

    subscript(stream: UInt32) -> Call? {
        get { calls[stream] }
        set { calls[stream] = newValue }
    }

    /// - Throws: When the number is not greater than all before.
    mutating func open(_ stream: UInt32, _ call: Call) throws(WireViolation) {
        guard stream > lastStream else { throw WireViolation(.streamOutOfOrder) }
        lastStream = stream
        if calls.count < WireDecoder.mostCalls { calls[stream] = call }
    }

    /// - Throws: For a number that no OPEN has reached.
    func check(_ stream: UInt32) throws(WireViolation) {
        guard stream <= lastStream else { throw WireViolation(.streamOutOfOrder) }
    }

    mutating func close(_ stream: UInt32) { calls[stream] = nil }

    static let methods: [UInt16: CatalogueMethod] = Dictionary(
        MethodCatalogue.all.map { ($0.description.id, $0) }, uniquingKeysWith: { first, _ in first })
}
