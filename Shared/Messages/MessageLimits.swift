// SPDX-License-Identifier: Apache-2.0

/// What one message may cost.
package enum MessageLimits {
    /// Memory that one message may take while it is decoded, as protobuf-c's structs.
    ///
    /// Eight times 4 MiB, the largest message a peer may send. Text and bytes expand one to one; token ids, the densest
    /// thing we send honestly, expand from about three bytes to four. What expands more than eightfold was made to do
    /// so: two bytes of wire can stand for a struct of two hundred.
    package static let expandedBytes = 32 * 1024 * 1024
}
