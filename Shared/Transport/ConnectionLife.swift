// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import Primitives
import RPC
import TLS
import Wire

/// How long a server keeps one connection: until its age or a new certificate ends it in peace, and after that for as
/// long as its calls are given.
///
/// `@unchecked Sendable`: its timer is confined to the connection's loop.
final class ConnectionLife: @unchecked Sendable {
    let connection: ServerConnection
    /// What the connection's certificate came from.
    let context: TLSContext
    private let limits: WireLimits
    private var timer: Scheduled<Void>?
    private var isOver = false
    private var isDraining = false

    /// The share of the age that chance adds or takes, so that connections made together do not go together.
    private static let jitter = 0.1

    init(_ connection: ServerConnection, context: TLSContext, limits: WireLimits) {
        self.connection = connection
        self.context = context
        self.limits = limits
    }

    /// Called on the loop.
    func begin() {
        retire(after: limits.connectionAge * Double.random(in: 1 - Self.jitter...1 + Self.jitter))
    }

    /// The certificate was replaced: the connection goes soon. Called from any thread.
    func renew() {
        connection.loop.execute {
            self.retire(after: self.limits.renewalSpread * Double.random(in: 0...1))
        }
    }

    private func retire(after delay: Duration) {
        guard !isOver, !isDraining else { return }
        timer?.cancel()
        timer = connection.loop.eventLoop.scheduleTask(in: .nanoseconds(delay.nanoseconds)) {
            self.isDraining = true
            self.connection.drain()
            self.closeAfterGrace()
            self.connection.loop.runBatch()
        }
    }

    private func closeAfterGrace() {
        guard !isOver else { return }
        timer = connection.loop.eventLoop.scheduleTask(in: .nanoseconds(limits.connectionGrace.nanoseconds)) {
            self.connection.close(.connectionLost)
            self.connection.loop.runBatch()
        }
    }

    /// The connection has closed. Called on the loop.
    func end() {
        isOver = true
        timer?.cancel()
        timer = nil
    }
}
