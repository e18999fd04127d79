// SPDX-License-Identifier: Apache-2.0

package import Logging
package import Loops
import NIOCore
package import Primitives
package import Wire

/// The calling end of a connection.
package final class ClientConnection: Connection, @unchecked Sendable {
    private(set) var calls = StreamTable<ClientCall>()
    private(set) var lastStream: UInt32 = 0
    /// See `watchBriefWaits`.
    var briefWaits = BriefWaits()
    private var speltPrincipals = SpeltPrincipals()
    private var isDraining = false
    /// The address it leads to, and what is known of it; nil in memory.
    let endpoint: Endpoint?
    /// It takes no more calls because one of the two ends wanted it so, not because it was lost.
    package private(set) var hasLeftInPeace = false
    /// The pools that hand this connection out.
    private var pools: [ConnectionPool] = []
    private var onReady: (@Sendable () -> Void)?
    /// Called once when no more calls will be made on it: another connection should take its place now.
    private var onRetire: (@Sendable () -> Void)?

    /// Ids only rise. Near their end the connection is given up in peace and another takes its place: at 250,000
    /// calls a second that is every four hours, at a gateway's usual pace every few weeks.
    private static let lastUsableStream = UInt32.max - 1

    package init(
        loop: LoopExecutor, limits: WireLimits, peer: PeerName, pools: [ConnectionPool], time: any TimeSource,
        logger: Logger, endpoint: Endpoint? = nil, zone: Zone = .unknown, onReady: (@Sendable () -> Void)? = nil,
        onRetire: (@Sendable () -> Void)? = nil
    ) {
        self.endpoint = endpoint
        self.pools = pools
        self.onReady = onReady
        self.onRetire = onRetire
        super.init(loop: loop, limits: limits, peer: peer, zone: zone, time: time, logger: logger)
    }

    /// Calls open now; what balancing looks at.
    package var inFlight: Int { calls.count }
    /// Calls made so far, those that are over among them.
    package var callsMade: UInt32 { lastStream }

    package var isUsable: Bool { peerPreface != nil && !isDraining && !isClosed }
    /// Whether the peer accepts one more call now.
    var hasFreeCall: Bool { calls.count < Int(peerPreface?.concurrentCalls ?? 0) }

    override func stream(_ id: UInt32) -> CallStream? { calls[id] }
    override var openStreams: [CallStream] { calls.calls }

    override func becameReady() {
        endpoint?.connected()
        for pool in pools { pool.add(self) }
        onReady?()
        onReady = nil
    }

    // MARK: Calls

    /// Writes the OPEN frame of a call; `message` appends its request when `flags` say that it has just one.
    func open(
        _ call: ClientCall, context: borrowing CallContext, milliseconds: UInt32, flags: FrameFlags,
        message: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        let id = lastStream + 1
        let header = FrameHeader(.open, stream: id, flags: flags, method: call.method.id, value: milliseconds)
        let size = try writeFrame(header) { out throws(Failure) in
            try out.append(metadataOf: context, recent: &speltPrincipals, limits: limits)
            try message(&out)
        }
        lastStream = id
        spend(size)
        call.opened(id: id, isLast: flags.contains(.lastFromCaller))
        calls.insert(call, id: id)
        if !call.deadline.isDistant { watch(call.deadline) }
        if id >= Self.lastUsableStream { drain() }
    }

    func remove(_ call: ClientCall) {
        calls.remove(call.id)
        if isDraining { closeIfDrained() }
    }

    // MARK: Frames

    override func handle(_ header: FrameHeader, _ buffer: ByteBuffer) throws(WireViolation) {
        guard header.stream <= lastStream else { throw WireViolation(.streamOutOfOrder) }
        switch header.type {
        case .data:
            try count(Int(header.length))
            guard let call = calls[header.stream] else {
                consumed(Int(header.length))
                return try idle()
            }
            try call.arrived(header, buffer)
        case .end:
            if header.flags.contains(.message) {
                guard header.value == 0 else { throw WireViolation(.badPayload) }
                // An answer is consumed as it arrives: its call's task is waiting for just that.
                try count(Int(header.length))
                consumed(Int(header.length))
            } else {
                guard header.length <= FailurePayload.largest, header.value != 0 || header.length == 0 else {
                    throw WireViolation(.badPayload)
                }
            }
            guard let call = calls[header.stream] else {
                endpoint?.heard()
                return try idle()
            }
            try call.ended(header, buffer)
        default:
            throw WireViolation(.frameForClosedSide)  // OPEN and CANCEL are the caller's alone.
        }
    }

    override func handleGoAway(status: StatusCode, lastStream last: UInt32) {
        isDraining = true
        if status == .ok { hasLeftInPeace = true }
        leavePools()
        // A server says it twice: first that it is about to go, with a last stream above all others, then which calls
        // it has looked at. No call is made after the first, so the second finds none unless the peer was in a hurry.
        // Only a peer that leaves in peace tells which calls it has not looked at; one that ends the connection because
        // a rule was broken says nothing of them, and a call that may have run must not run again.
        if status == .ok {
            for call in calls.calls where call.id > last {
                calls.remove(call.id)
                call.refusedUntouched()
            }
        }
        closeIfDrained()
    }

    // MARK: The end

    /// Makes no new calls; the connection closes when those it has are answered.
    package func drain() {
        guard !isDraining, !isClosed else { return }
        isDraining = true
        hasLeftInPeace = true
        leavePools()
        closeIfDrained()
    }

    private func closeIfDrained() {
        guard isDraining, calls.isEmpty, !isClosed else { return }
        close(.connectionLost)
    }

    private func leavePools() {
        for pool in pools { pool.remove(self) }
        onRetire?()
        onRetire = nil
    }

    override func closed(_ failure: Failure) {
        leavePools()
        let lost = calls.removeAll()
        // However many they are, they were lost by one event.
        if !lost.isEmpty, !isDraining {
            endpoint?.fellSilent()
            for pool in pools { pool.reconsider() }
        }
        for call in lost { call.connectionLost(failure) }
        pools = []
    }
}
