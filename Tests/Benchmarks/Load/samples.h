// SPDX-License-Identifier: Apache-2.0
//
// What load generators measure by. MAX_SAMPLES is whoever includes it to say: what is beyond is not kept.

#pragma once
#include <stddef.h>
#include <stdint.h>

#include "clock.h"

static void keep(uint64_t *samples, size_t *count, uint64_t value) {
    if (*count < MAX_SAMPLES) samples[(*count)++] = value;
}

static int ascending(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}
