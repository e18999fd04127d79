// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Synchronization

/// Ids that count: the same every run, in order, and easy to tell apart in a failed test's output.
///
/// They are well-formed UUIDv7 whose last octets are the count, under a millisecond that is the source's own number,
/// so that two sources in one test never give the same id.
package final class SequentialIdentifiers: IdentifierSource {
    private let milliseconds: Int64
    private let count = Mutex<UInt64>(0)

    package init(source: Int64 = 1) { milliseconds = source }

    package func next() -> UUIDv7 {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return UUIDv7(high: UInt64(milliseconds) << 16 | 0x7000, low: 1 << 63 | number)
    }
}
