// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stdint.h>
#include <time.h>

// Nanoseconds of a clock that only goes forward.
static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
