// SPDX-License-Identifier: Apache-2.0

package import Messages
package import RPC

extension GatewayService {
    /// Forgets every cached key and signing key, so that the next request asks auth.
    package func flushKeys(_ request: FlushKeysRequest, _ context: CallContext) async throws -> FlushKeysReply {
        FlushKeysReply(forgotten: UInt32(clamping: principals.forgetAll()))
    }
}
