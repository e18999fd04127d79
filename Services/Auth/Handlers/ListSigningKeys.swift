// SPDX-License-Identifier: Apache-2.0

package import Messages
package import RPC

extension AuthService {
    /// The public halves of the signing keys; gateways verify access tokens with them on their own.
    package func listSigningKeys(
        _ request: ListSigningKeysRequest, _ context: CallContext
    ) async throws -> ListSigningKeysReply {
        ListSigningKeysReply(jwksJSON: signingKeys.published)
    }
}
