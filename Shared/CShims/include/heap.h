// SPDX-License-Identifier: Apache-2.0
// What Swift does not see of the C library: how much of the heap is in use. The sanitizer replaces the allocator and
// answers for it; without it the symbol is not there.
#pragma once

#include <malloc.h>
#include <stddef.h>

extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static inline size_t parley_heap_bytes(void) {
    if (__sanitizer_get_current_allocated_bytes) {
        return __sanitizer_get_current_allocated_bytes();
    }
    struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}
