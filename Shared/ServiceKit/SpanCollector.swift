// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import NIOPosix
import Telemetry

/// Posts batches of spans to an OTLP/HTTP collector: one HTTP/1.1 request on a connection of its own for each batch,
/// four a second at most. A collector that does not answer in time loses the batch; nobody waits for it but the
/// flusher.
package struct SpanCollector: SpanExporter {
    private static let patience: TimeAmount = .seconds(5)
    private let host: String
    private let port: Int
    private let path: String
    private let group: any EventLoopGroup

    /// nil unless the address is `http://host[:port][/path]`. The standard's port and path stand in for missing ones.
    package init?(address: String, group: any EventLoopGroup) {
        guard address.hasPrefix("http://") else { return nil }
        let rest = address.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        let parts = authority.split(separator: ":", maxSplits: 1)
        guard let host = parts.first, !address.contains(where: \.isNewline) else { return nil }
        guard let port = parts.count > 1 ? Int(parts[1]) : 4_318, (1...65_535).contains(port) else { return nil }
        self.host = String(host)
        self.port = port
        self.path = path.isEmpty || path == "/" ? "/v1/traces" : String(path)
        self.group = group
    }

    package func export(_ request: [UInt8]) async -> Bool {
        var message = ByteBuffer()
        message.writeString("POST \(path) HTTP/1.1\r\nhost: \(host):\(port)\r\ncontent-type: application/json\r\n")
        message.writeString("content-length: \(request.count)\r\nconnection: close\r\n\r\n")
        message.writeBytes(request)
        let answer = group.any().makePromise(of: Bool.self)
        let late = group.any().scheduleTask(in: Self.patience) { answer.succeed(false) }
        defer { late.cancel() }
        do {
            let channel = try await ClientBootstrap(group: group)
                .connectTimeout(Self.patience)
                .channelInitializer { $0.pipeline.addHandler(StatusReader(answer)) }
                .connect(host: host, port: port).get()
            channel.writeAndFlush(message, promise: nil)
            let isTaken = try await answer.futureResult.get()
            channel.close(promise: nil)
            return isTaken
        } catch {
            answer.succeed(false)
            return false
        }
    }

    /// Reads as much of the answer as says whether it was good: `HTTP/1.1 2`.
    private final class StatusReader: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        private let answer: EventLoopPromise<Bool>
        init(_ answer: EventLoopPromise<Bool>) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            // A status line split over two reads is taken for a refusal; it is one segment of 20 octets.
            answer.succeed(bytes.readString(length: min(10, bytes.readableBytes)) == "HTTP/1.1 2")
        }

        func channelInactive(context: ChannelHandlerContext) { answer.succeed(false) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
