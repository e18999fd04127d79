// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Primitives
import RPC
import Wire

/// Both ends of a connection, with the bytes between them in the schedule's hands.
final class Schedule {
    /// Longer than any deadline, and the deadline of the calls that have none of their own.
    static let longest = 60_000
    static let mostCalls = 12

    let loop: FuzzLoop
    let limits: WireLimits
    let service: FuzzService
    private(set) var calls: [PlannedCall] = []
    /// The connection was drained or lost: calls may fail for that.
    private(set) var isLossy = false
    private var wasFull = false
    private let client: RPCClient
    private let caller: ClientConnection
    private let server: ServerConnection
    private let callerTap: Tap
    private let serverTap: Tap
    private let toCaller = Cable()
    private let toServer = Cable()

    /// Bytes that have left one end and not reached the other.
    private final class Cable {
        var bytes: [UInt8] = []
    }

    init(limits: WireLimits, on loop: FuzzLoop) {
        self.loop = loop
        self.limits = limits
        service = FuzzService(loop)
        let pool = ConnectionPool(loop: loop.executor, limits: limits)
        client = RPCClient(service: .auth, pools: [pool], limits: limits, time: loop.time)
        caller = ClientConnection(
            loop: loop.executor, limits: limits, peer: .auth, pools: [pool], time: loop.time, logger: FuzzLoop.silent)
        server = ServerConnection(
            loop: loop.executor, limits: limits, peer: .gateway, table: service.table, observer: nil, time: loop.time,
            logger: FuzzLoop.silent)
        callerTap = Tap(EndModel(.caller, limits: limits)) { [toServer] in toServer.bytes += $0.readableBytesView }
        serverTap = Tap(EndModel(.server, limits: limits)) { [toCaller] in toCaller.bytes += $0.readableBytesView }
        caller.start(callerTap, keepsAlive: false)
        server.start(serverTap, keepsAlive: false)
        loop.settle()
    }

    // MARK: Actions

    func call(_ kind: PlannedCall.Kind, _ request: [UInt8], milliseconds: Int) {
        guard calls.count < Self.mostCalls else { return }
        let call = PlannedCall(kind, request, milliseconds: milliseconds, on: loop)
        calls.append(call)
        call.start(client)
    }

    func deliverToServer(_ count: Int) throws { try deliver(count, toServer, serverTap, from: callerTap, server) }

    func deliverToCaller(_ count: Int) throws { try deliver(count, toCaller, callerTap, from: serverTap, caller) }

    private func deliver(_ count: Int, _ wire: Cable, _ tap: Tap, from: Tap, _ end: Connection) throws {
        let bytes = Array(wire.bytes.prefix(count))
        wire.bytes.removeFirst(bytes.count)
        if !bytes.isEmpty, !end.isClosed {
            let verdict = tap.model.hears(bytes)
            try claim(verdict != .mustEnd, "\(from.model.role) sends what ends the connection")
            end.receive(ByteBuffer(bytes: bytes))
            loop.settle()
        }
        if from.isClosed, wire.bytes.isEmpty, !end.isClosed {
            end.transportClosed()
            loop.settle()
        }
    }

    func drainServer() {
        isLossy = true
        server.drain()
    }

    func drainCaller() {
        isLossy = true
        caller.drain()
    }

    /// Ends the connection from one side, as a process that stops does.
    func close() {
        isLossy = true
        caller.close(.connectionLost)
    }

    func setWritable(_ writable: Bool, server isServer: Bool) {
        wasFull = wasFull || !writable
        (isServer ? server : caller).writabilityChanged(writable)
    }

    // MARK: Claims

    /// What holds after every action.
    func check() throws {
        loop.settle()
        try callerTap.check()
        try serverTap.check()
        if caller.isClosed || server.isClosed {
            // A peer that does not read is given up when too much waits for it.
            isLossy = isLossy || wasFull
            try claim(isLossy, "the connection ends, and nobody has asked for it")
        }
        for call in calls where call.isOverdue {
            throw Finding("\(call.kind) of \(call.request.bytes) goes on after its deadline")
        }
    }

    /// Lets everything end that can, and looks at what has become of it.
    func conclude() throws {
        setWritable(true, server: true)
        setWritable(true, server: false)
        service.gate.open(forGood: true)
        for call in calls {
            call.finish()
            call.reading.open(forGood: true)
        }
        try deliverAll()
        // Calls that wait for another connection do so until their deadline.
        if isLossy || calls.contains(where: \.isCancelled) { loop.advance(milliseconds: Self.longest + 10) }
        try deliverAll()
        let isCrowded = calls.count > Int(limits.concurrentCalls)
        for call in calls { try call.checkOutcome(isLossy: isLossy, isCrowded: isCrowded) }
        try claim(service.running == 0, "\(service.running) handlers outlive their calls")
        if !caller.isClosed, !server.isClosed {
            try callerTap.model.checkRest()
            try serverTap.model.checkRest()
        }
        caller.transportClosed()
        server.transportClosed()
        loop.settle()
        try callerTap.check()
        try serverTap.check()
        service.gate.close()
    }

    private func deliverAll() throws {
        try check()
        for _ in 0..<10_000 {
            let isQuiet = toServer.bytes.isEmpty && toCaller.bytes.isEmpty
            try deliverToServer(toServer.bytes.count)
            try deliverToCaller(toCaller.bytes.count)
            try check()
            if isQuiet { return }
        }
        throw Finding("the two ends never fall silent")
    }
}
