// SPDX-License-Identifier: Apache-2.0

#ifndef PARLEY_KERNELS_H
#define PARLEY_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

/// One block of a row of 8-bit weights, as ggml stores type Q8_0: 32 values and what they are multiplied by, a float of
/// sixteen bits.
struct parley_q8_block {
    uint16_t scale;
    int8_t values[32];
};

/// Whether this processor has what the product needs (AVX-512 with VNNI), and the library asks it: the second says that
/// the symbol it calls is ours.
bool parley_q8_is_possible(void);
bool parley_q8_is_asked(void);

/// Switches the product off or on for the whole process; on at first. Not while a step is computed.
void parley_q8_set_enabled(bool is_enabled);

/// Part `part` of `parts` of C = A B: `rows` of A by `columns` of B, `blocks` blocks each; `to[column * stride + row]`.
/// - Returns: false, and nothing is written, when it is not possible or `rows` is no multiple of sixteen.
bool parley_q8_product(
    int part, int parts, int64_t rows, int64_t columns, int64_t blocks, const struct parley_q8_block *a,
    int64_t a_stride, const struct parley_q8_block *b, int64_t b_stride, float *to, int64_t stride);

#endif
