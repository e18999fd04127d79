// SPDX-License-Identifier: Apache-2.0

import CFuzz

/// How much of the heap is in use now.
enum LiveMemory {
    static func bytes() -> Int { Int(fuzz_heap_bytes()) }
}
