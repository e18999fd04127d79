// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import Primitives

/// One connection that comes back: connects, proves who we are, and after a loss tries again with growing waits.
///
/// Unchecked: touched on its event loop only, which `start` and the callbacks assert.
final class RedisLink: @unchecked Sendable {
    private enum State {
        case idle
        case connecting
        case proving(any Channel)
        case ready(any Channel)
        case waiting
        case stopped
    }

    let loop: any EventLoop
    private let settings: RedisSettings
    private let logger: Logger
    private var state = State.idle
    private var failures = 0
    private var random = SystemRandomNumberGenerator()

    /// The connection stands and everything may be sent.
    var onReady: () -> Void = {}
    var onReply: (RedisValue) -> Void = { _ in }
    /// The connection is gone; nothing that was sent will be answered.
    var onLost: () -> Void = {}
    /// A connection was lost or a try to connect failed; the next try comes by itself.
    var onFailure: () -> Void = {}

    init(_ settings: RedisSettings, loop: any EventLoop, logger: Logger) {
        self.settings = settings
        self.loop = loop
        self.logger = logger
    }

    var isReady: Bool { if case .ready = state { true } else { false } }

    /// Connects, if that was not done before.
    func start() {
        loop.assertInEventLoop()
        if case .idle = state { connect() }
    }

    func stop() {
        loop.assertInEventLoop()
        let channel = self.channel
        state = .stopped
        channel?.close(promise: nil)
        // Whoever is called back holds the link as well: let go, or neither would ever be freed.
        (onReady, onReply, onLost, onFailure) = ({}, { _ in }, {}, {})
    }

    /// Closes the connection, which then comes back by itself.
    func reset(because reason: String) {
        guard let channel else { return }
        broke(reason, channel)
    }

    func write(_ bytes: ByteBuffer) {
        guard case .ready(let channel) = state else { return }
        channel.writeAndFlush(bytes, promise: nil)
    }

    private var channel: (any Channel)? {
        switch state {
        case .proving(let channel), .ready(let channel): channel
        case .idle, .connecting, .waiting, .stopped: nil
        }
    }

    // MARK: Connecting

    private func connect() {
        state = .connecting
        let secure = settings.secure
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.nanoseconds(settings.connectTimeout.nanoseconds))
            // Every write of ours is a whole batch; waiting for more to send would only delay it.
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: settings.host.hasPrefix("/") ? 0 : 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try secure?(channel)
                    try channel.pipeline.syncOperations.addHandler(ReplyHandler(link: self))
                }
            }
        let future =
            settings.host.hasPrefix("/")
            ? bootstrap.connect(unixDomainSocketPath: settings.host)
            : bootstrap.connect(host: settings.host, port: settings.port)
        future.whenComplete { result in
            switch result {
            case .success(let channel): self.connected(channel)
            case .failure(let error): self.retry(because: String(describing: error))
            }
        }
    }

    private func connected(_ channel: any Channel) {
        guard case .connecting = state else { return channel.close(promise: nil) }
        guard channel.isActive else { return retry(because: "Redis closed the connection") }
        guard let file = settings.passwordFile else { return becomeReady(channel) }
        // A local file of a few bytes, read at most once per connect.
        guard let password = PasswordFile.read(file) else {
            channel.close(promise: nil)
            return retry(because: "the password file \(file) cannot be read or is empty")
        }
        state = .proving(channel)
        let command: [RedisArgument] = ["AUTH"] + (settings.user.map { [.text($0)] } ?? []) + [.text(password)]
        channel.writeAndFlush(ByteBuffer(bytes: CommandWriter.bytes(of: command)), promise: nil)
    }

    private func becomeReady(_ channel: any Channel) {
        state = .ready(channel)
        onReady()
    }

    // MARK: From the channel

    func received(_ value: RedisValue, on channel: any Channel) {
        guard let current = self.channel, current === channel else { return }
        guard case .proving = state else {
            // Only now: a Redis that lets us in and then refuses everything must not be asked twenty times a second.
            if case .error = value {} else { noteSuccess() }
            return onReply(value)
        }
        if value == .status("OK") { return becomeReady(channel) }
        // The text names the user and the reason; Redis never repeats the password.
        broke("Redis refused the password: \(value.errorCode ?? "no reason given")", channel)
    }

    private func noteSuccess() {
        if failures > 0 { logger.info("connected to Redis again") }
        failures = 0
    }

    func broke(_ reason: String, _ channel: any Channel) {
        channel.close(promise: nil)
        guard let current = self.channel, current === channel else { return }
        let wasReady = isReady
        retry(because: reason)
        if wasReady { onLost() }
    }

    /// Waits 50 ms after the first failure, up to 2 s after many, each time between half and all of it by chance so
    /// that many processes do not return to a restarted Redis in step.
    private func retry(because reason: String) {
        if case .stopped = state { return }
        // Once per power of two: a Redis that is gone for an hour is not worth a line every two seconds.
        if failures & (failures + 1) == 0 {
            logger.warning("no connection to Redis", metadata: ["reason": "\(reason)"])
        }
        let ceiling = min(2_000, 50 << min(failures, 10))
        failures += 1
        state = .waiting
        onFailure()
        let wait = Int64.random(in: Int64(ceiling) / 2...Int64(ceiling), using: &random)
        loop.scheduleTask(in: .milliseconds(wait)) {
            if case .waiting = self.state { self.connect() }
        }
    }
}
