// SPDX-License-Identifier: Apache-2.0

import CShims

/// How much of the heap is in use now.
enum LiveMemory {
    static func bytes() -> Int { Int(parley_heap_bytes()) }
}
