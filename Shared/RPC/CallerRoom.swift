// SPDX-License-Identifier: Apache-2.0

import Metrics
package import Primitives
import Synchronization
package import Wire

/// The handlers that run for one caller's name, over all its connections to a server. A caller that runs wild fills its
/// own room and nobody else's: a bulkhead (M. Nygard, "Release It!", 2007).
///
/// A call costs one relaxed addition when its handler starts and one when it ends. The bound is looked at a step before
/// that, so loops that look at the same moment may pass it by one call each.
package final class CallerRoom: Sendable {
    private let running = Atomic<Int>(0)
    private let bound: Int
    private let refusals: Counter

    init(of caller: PeerName, bound: Int) {
        self.bound = bound
        refusals = Counter(label: "parley_rpc_caller_refusals_total", dimensions: [("caller", caller.rawValue)])
    }

    /// Whether one more may start; counted when not.
    func hasRoom() -> Bool {
        if running.load(ordering: .relaxed) < bound { return true }
        refusals.increment()
        return false
    }

    func handlerStarted() { running.wrappingAdd(1, ordering: .relaxed) }
    func handlerEnded() { running.wrappingSubtract(1, ordering: .relaxed) }
}

/// A room for each name that a certificate of the suite may carry; made once for a server, so that nobody outside can
/// have us keep more.
package struct CallerRooms: Sendable {
    private let rooms: [PeerName: CallerRoom]

    /// `overrides`: bounds that settings name, instead of those of `limits`.
    package init(_ limits: WireLimits, overrides: [PeerName: Int] = [:]) {
        let tools = Set(PeerName.services.map(\.admin))
        var rooms: [PeerName: CallerRoom] = [:]
        for caller in PeerName.known {
            let standard = tools.contains(caller) ? limits.toolCalls : limits.callerCalls
            rooms[caller] = CallerRoom(of: caller, bound: overrides[caller] ?? standard)
        }
        self.rooms = rooms
    }

    package subscript(caller: PeerName) -> CallerRoom? { rooms[caller] }
}
