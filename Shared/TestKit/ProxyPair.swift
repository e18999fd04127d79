// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One connection through a `FaultProxy`: two sockets and the two ways between them, all on one loop.
///
/// `@unchecked Sendable`: the links are touched on the loop only.
final class ProxyPair: @unchecked Sendable {
    let loop: any EventLoop
    private let client: any Channel
    private let server: any Channel
    private let toServer: ProxyLink
    private let toClient: ProxyLink

    init(client: any Channel, server: any Channel, toServer: ProxyLink, toClient: ProxyLink) {
        loop = client.eventLoop
        self.client = client
        self.server = server
        self.toServer = toServer
        self.toClient = toClient
    }

    func link(_ way: FaultProxy.Way) -> ProxyLink { way == .toServer ? toServer : toClient }

    /// Starts to carry bytes. `held` is told how many octets a link holds after each read.
    func begin(_ held: @escaping (Int) -> Void) throws {
        for link in [toServer, toClient] { link.onOver = { [weak self] in self?.linkIsOver() } }
        try client.pipeline.syncOperations.addHandler(Ear(toServer, reverse: toClient, held))
        try server.pipeline.syncOperations.addHandler(Ear(toClient, reverse: toServer, held))
        // The server's socket is ready and has told nobody: its handler comes after the event.
        toClient.pump()
    }

    /// With both ways at their end nothing keeps the sockets.
    private func linkIsOver() {
        guard toServer.isOver, toClient.isOver else { return }
        client.close(promise: nil)
        server.close(promise: nil)
    }

    func reset() {
        ProxyLink.reset(client)
        ProxyLink.reset(server)
    }

    func whenGone(_ body: @escaping @Sendable () -> Void) {
        client.closeFuture.and(server.closeFuture).whenComplete { _ in body() }
    }

    func gone() async {
        // A close future never fails.
        _ = try? await client.closeFuture.and(server.closeFuture).get()
    }

    /// Listens to one socket for the link that leaves from it and for the one that arrives at it.
    private final class Ear: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let link: ProxyLink
        private let reverse: ProxyLink
        private let held: (Int) -> Void

        init(_ link: ProxyLink, reverse: ProxyLink, _ held: @escaping (Int) -> Void) {
            self.link = link
            self.reverse = reverse
            self.held = held
        }

        func channelActive(context: ChannelHandlerContext) { link.pump() }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            link.arrived(unwrapInboundIn(data))
            held(link.held)
        }

        func channelReadComplete(context: ChannelHandlerContext) { link.readEnded() }

        func channelWritabilityChanged(context: ChannelHandlerContext) { reverse.pump() }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .some(.inputClosed) = event as? ChannelEvent { link.sourceEnded(whole: false) }
        }

        func channelInactive(context: ChannelHandlerContext) {
            reverse.sinkEnded()
            link.sourceEnded(whole: true)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
