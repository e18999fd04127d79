// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Sees what a connection says before it is encrypted and after it is decrypted. For tools that show it; services have
/// none, and what they pay for it is a look at nil for every read and every batch.
///
/// Called on the connection's loop, in the order in which things happened there. What it is given may hold prompts.
package protocol WireTap: Sendable {
    /// A connection begins: its handshake is done.
    func connected()
    func sent(_ bytes: ByteBuffer)
    func received(_ bytes: ByteBuffer)
}
