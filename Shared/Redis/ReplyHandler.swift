// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Turns what a channel receives into replies and tells its link about them and about the channel's end.
final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var reader = ReplyReader()
    private let link: RedisLink

    init(link: RedisLink) { self.link = link }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        do throws(ReplyReader.Broken) {
            try buffer.withUnsafeReadableBytes { bytes throws(ReplyReader.Broken) in try reader.feed(bytes) }
            while let value = try reader.next() { link.received(value, on: context.channel) }
        } catch {
            link.broke(error.reason, context.channel)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        link.broke("Redis closed the connection", context.channel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        link.broke(String(describing: error), context.channel)
    }
}
