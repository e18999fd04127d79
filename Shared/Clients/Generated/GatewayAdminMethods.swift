// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/gateway/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `GatewayAdmin`: what a caller and a server must agree on.
package enum GatewayAdminMethods {
    /// What this replica is doing: open connections and streams, cached keys, and which services it reaches.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let getStatus = Method<GetStatusRequest, GetStatusReply>(
        id: 0x0781, name: "gateway.GetStatus", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.gateway.admin], carriesTokens: false
    )

    /// Forgets every cached key and signing key, so that the next request asks auth.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let flushKeys = Method<FlushKeysRequest, FlushKeysReply>(
        id: 0x0782, name: "gateway.FlushKeys", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.gateway.admin], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [getStatus.description, flushKeys.description]
}
