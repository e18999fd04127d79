// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/gateway/v1/admin.proto. Do not edit: run `make proto`.

package struct GetStatusRequest: Equatable, Sendable {
    package init() {}
}

package struct ReachedService: Equatable, Sendable {
    package var service: String
    package var connections: UInt32

    package init(service: String = "", connections: UInt32 = 0) {
        self.service = service
        self.connections = connections
    }
}

package struct GetStatusReply: Equatable, Sendable {
    package var openConnections: UInt32
    package var openStreams: UInt32
    package var cachedKeys: UInt32
    package var services: [ReachedService]
    package var requests: UInt64
    package var startedAtUs: Int64

    package init(
        openConnections: UInt32 = 0, openStreams: UInt32 = 0, cachedKeys: UInt32 = 0, services: [ReachedService] = [],
        requests: UInt64 = 0, startedAtUs: Int64 = 0
    ) {
        self.openConnections = openConnections
        self.openStreams = openStreams
        self.cachedKeys = cachedKeys
        self.services = services
        self.requests = requests
        self.startedAtUs = startedAtUs
    }
}

package struct FlushKeysRequest: Equatable, Sendable {
    package init() {}
}

package struct FlushKeysReply: Equatable, Sendable {
    package var forgotten: UInt32

    package init(forgotten: UInt32 = 0) {
        self.forgotten = forgotten
    }
}
