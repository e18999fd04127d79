// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// Bytes to a port and back, nothing more: what a test says is what the gateway hears.
struct PlainClient {
    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    static func connect(_ address: SocketAddress) async throws -> PlainClient {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return PlainClient(channel: channel)
    }

    func write(_ text: String) async throws {
        try await channel.channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func readToEnd() async throws -> String {
        try await channel.executeThenClose { inbound, _ in
            var all = ByteBuffer()
            for try await part in inbound { all.writeImmutableBuffer(part) }
            return String(buffer: all)
        }
    }

    /// Reads until `text` has come, then closes the connection as a closed tab does.
    func leave(after text: String) async throws {
        try await channel.executeThenClose { inbound, _ in
            var all = ""
            for try await part in inbound {
                all += String(buffer: part)
                if all.contains(text) { return }
            }
        }
    }
}
