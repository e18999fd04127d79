// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Primitives
import RPC
import Wire

/// Takes what one end writes, and holds it against the model of that end.
final class Tap: ByteTransport {
    var model: EndModel
    /// The first claim that did not hold. Kept, because writing cannot throw.
    private(set) var finding: Finding?
    private(set) var isClosed = false
    /// Whether the model is still told of everything.
    var isDeaf = false
    private let pass: (ByteBuffer) -> Void

    init(_ model: EndModel, pass: @escaping (ByteBuffer) -> Void = { _ in }) {
        self.model = model
        self.pass = pass
    }

    func write(_ bytes: ByteBuffer) {
        do {
            try claim(!isClosed, "\(model.role) writes after it has closed")
            if !isDeaf { try model.says(Array(bytes.readableBytesView)) }
        } catch {
            finding = finding ?? error as? Finding ?? Finding("\(error)")
        }
        pass(bytes)
    }

    func close() {
        if isClosed { finding = finding ?? Finding("\(model.role) closes twice") }
        isClosed = true
    }

    func check() throws {
        if let finding { throw finding }
    }
}

extension WireLimits {
    /// Bounds so narrow that a few frames reach every one of them.
    static var narrow: WireLimits {
        var limits = WireLimits()
        limits.frameBytes = 2_048
        limits.messageBytes = 1_024
        limits.metadataBytes = 256
        limits.streamCredit = 256
        limits.connectionCredit = 600
        // What waits for readers is granted at once in part, and in part when it is read.
        limits.parkedBytes = 300
        limits.concurrentCalls = 4
        limits.requestBytesInFlight = 1_500
        limits.queuedBytes = 512
        limits.waitingCalls = 4
        limits.pingsPerInterval = 5
        return limits
    }
}

/// One end of a connection with nobody but an input at the other.
final class LoneEnd {
    let loop: FuzzLoop
    let tap: Tap
    let connection: Connection
    private let service: FuzzService
    private var callers: FuzzCallers?
    private let drainEnd: () -> Void
    /// Whether the model knows all the end knows: not while written frames wait in it unseen.
    private(set) var isStrict: Bool

    init(_ role: EndModel.Role, limits: WireLimits, isStrict: Bool, on loop: FuzzLoop) {
        self.loop = loop
        self.isStrict = isStrict
        tap = Tap(EndModel(role, limits: limits))
        service = FuzzService(loop)
        switch role {
        case .server:
            let server = ServerConnection(
                loop: loop.executor, limits: limits, peer: .gateway, table: service.table, observer: nil,
                time: loop.time, logger: FuzzLoop.silent)
            connection = server
            drainEnd = { server.drain() }
        case .caller:
            let pool = ConnectionPool(loop: loop.executor, limits: limits)
            let client = ClientConnection(
                loop: loop.executor, limits: limits, peer: .auth, pools: [pool], time: loop.time,
                logger: FuzzLoop.silent)
            connection = client
            drainEnd = { client.drain() }
            callers = FuzzCallers(
                RPCClient(service: .auth, pools: [pool], limits: limits, time: loop.time), on: loop)
        }
        connection.start(tap, keepsAlive: false)
        callers?.start()
        loop.settle()
    }

    func apply(_ event: FrameEvent) throws {
        switch event {
        case .frame(let bytes): try receive(bytes)
        case .advance(let milliseconds): loop.advance(milliseconds: milliseconds)
        case .openGate: service.gate.open()
        case .drain:
            tap.model.isDraining = true
            drainEnd()
        case .writable(let writable):
            isStrict = false
            connection.writabilityChanged(writable)
        }
        loop.settle()
        try tap.check()
    }

    /// Bytes arrive. Strictly speaking one frame: then it is known what must become of the connection.
    func receive(_ bytes: [UInt8]) throws {
        guard !connection.isClosed else { return }
        let wasDraining = tap.model.isDraining
        let verdict = tap.model.hears(bytes)
        connection.receive(ByteBuffer(bytes: bytes))
        loop.settle()
        try tap.check()
        try claim(connection.isClosed == tap.isClosed, "the end and its transport disagree whether they are closed")
        guard isStrict else { return }
        if verdict == .mustEnd {
            try claim(connection.isClosed, "a broken rule does not end the connection")
            try claim((tap.model.goAway ?? 0) != 0, "the connection ends without a status")
        } else if verdict == .lives, !wasDraining {
            try claim(!connection.isClosed, "the connection ends, and no rule was broken")
        }
    }

    /// Bytes arrive that the model is not told of: of a flood it would remember everything.
    func pour(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty, !connection.isClosed else { return }
        tap.isDeaf = true
        connection.receive(ByteBuffer(bytes: bytes))
        loop.settle()
        try tap.check()
    }

    /// Loses the connection, as sockets are lost, and looks whether anything is left behind.
    func lose() throws {
        connection.transportClosed()
        loop.settle()
        service.gate.open(forGood: true)
        loop.settle()
        try tap.check()
        // Calls that still wait for a connection do so until their deadlines.
        loop.advance(milliseconds: FuzzCallers.longestDeadline + 10)
        loop.settle()
        try claim(service.running == 0, "\(service.running) handlers outlive their connection")
        try claim(callers?.running ?? 0 == 0, "\(callers?.running ?? 0) calls outlive their connection")
        service.gate.close()
    }
}
