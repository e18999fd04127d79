// SPDX-License-Identifier: Apache-2.0

// The product of 8-bit weights with the quantised columns of a step, for processors with AVX-512 VNNI. ggml's own for
// these (llamafile_sgemm) multiplies four rows by four columns, half a register at a time, and spends most of its work
// on signs and scales. Here sixteen rows stand in one register, so one instruction makes sixteen sums of four products,
// their scales are one register too, and a sum over a block needs no adding up of lanes (Docs/Decisions/0121).
//
// The library calls its product through the dynamic linker, so the function of that name in the executable stands
// before it; what it does not do itself it passes on.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "parley_kernels.h"

_Static_assert(sizeof(struct parley_q8_block) == 34, "a block has no padding");

enum { ROWS = 16, BLOCK = 32, TYPE_F32 = 0, TYPE_Q8_0 = 8 };

/// How ggml_compute_params begins.
struct part {
    int index, count;
};

typedef bool product(
    const struct part *, int64_t, int64_t, int64_t, const void *, int64_t, const void *, int64_t, void *, int64_t, int,
    int, int);
product llamafile_sgemm;

static atomic_bool is_off;
void parley_q8_set_enabled(bool is_enabled) { atomic_store(&is_off, !is_enabled); }
bool parley_q8_is_asked(void) { return dlsym(RTLD_DEFAULT, "llamafile_sgemm") == (void *)llamafile_sgemm; }

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,f16c,avx2,fma")))

bool parley_q8_is_possible(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vnni");
}

/// One block of sixteen rows: for each four values, those of all rows side by side, 128 added to make them unsigned,
/// as the instruction wants its first factor.
struct panel {
    uint8_t values[BLOCK / 4][4 * ROWS];
    float scale[ROWS];
};

/// What a block of a column needs beside its values: where its sum starts, so that the 128 cancel out, and its scale.
struct side {
    int32_t start;
    float scale;
};

WIDE static void pack(struct panel *to, const struct parley_q8_block *a, int64_t stride, int64_t blocks) {
    const __m512i flip = _mm512_set1_epi8((char)0x80);
    const char *next = (const char *)(a + ROWS * stride);
    for (int64_t l = 0; l < blocks; ++l, ++to) {
        // The next sixteen rows come from memory while these are multiplied: sixteen streams are more than the
        // processor follows by itself. Beyond the last row it is a hint that fails in silence.
        for (int line = 0; line < 9; ++line)
            _mm_prefetch(next + l * (int64_t)(ROWS * sizeof *a) + 64 * line, _MM_HINT_T1);
        uint16_t scales[ROWS];
        for (int row = 0; row < ROWS; ++row) scales[row] = a[row * stride + l].scale;
        _mm512_storeu_ps(to->scale, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)scales)));
        for (int half = 0; half < 2; ++half) {
            // Rows 0, 4, 8 and 12 in the four lanes of the first register, 1, 5, 9 and 13 in the next: transposing
            // within lanes then puts all sixteen in order.
            __m512i v[4];
            for (int row = 0; row < 4; ++row) {
                const int8_t *from = a[row * stride + l].values + 16 * half;
                const int64_t step = 4 * stride * (int64_t)sizeof *a;
                __m512i x = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)from));
                x = _mm512_inserti32x4(x, _mm_loadu_si128((const __m128i *)(from + step)), 1);
                x = _mm512_inserti32x4(x, _mm_loadu_si128((const __m128i *)(from + 2 * step)), 2);
                x = _mm512_inserti32x4(x, _mm_loadu_si128((const __m128i *)(from + 3 * step)), 3);
                v[row] = _mm512_xor_si512(x, flip);
            }
            const __m512i low = _mm512_unpacklo_epi32(v[0], v[1]), high = _mm512_unpackhi_epi32(v[0], v[1]);
            const __m512i low2 = _mm512_unpacklo_epi32(v[2], v[3]), high2 = _mm512_unpackhi_epi32(v[2], v[3]);
            _mm512_storeu_si512(to->values[4 * half], _mm512_unpacklo_epi64(low, low2));
            _mm512_storeu_si512(to->values[4 * half + 1], _mm512_unpackhi_epi64(low, low2));
            _mm512_storeu_si512(to->values[4 * half + 2], _mm512_unpacklo_epi64(high, high2));
            _mm512_storeu_si512(to->values[4 * half + 3], _mm512_unpackhi_epi64(high, high2));
        }
    }
}

WIDE static void weigh(
    struct side *to, const struct parley_q8_block *b, int64_t stride, int64_t columns, int64_t blocks) {
    const __m256i ones = _mm256_set1_epi8(1);
    for (int64_t column = 0; column < columns; ++column) {
        for (int64_t l = 0; l < blocks; ++l, ++to) {
            const struct parley_q8_block *from = b + column * stride + l;
            const __m256i values = _mm256_loadu_si256((const __m256i *)from->values);
            const __m256i sums = _mm256_dpbusd_epi32(_mm256_setzero_si256(), ones, values);
            __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
            sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
            sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1));
            to->start = -128 * _mm_cvtsi128_si32(sum);
            to->scale = _cvtsh_ss(from->scale);
        }
    }
}

/// Sixteen rows by `count` columns. Inlined with a constant count, so that the sums stay in registers.
WIDE __attribute__((always_inline)) static inline void tile(
    const int count, const struct panel *a, const struct parley_q8_block *b, int64_t b_stride, const struct side *sides,
    int64_t blocks, float *to, int64_t stride) {
    __m512 sum[16];
    for (int j = 0; j < count; ++j) sum[j] = _mm512_setzero_ps();
    for (int64_t l = 0; l < blocks; ++l) {
        __m512i v[BLOCK / 4];
        for (int i = 0; i < BLOCK / 4; ++i) v[i] = _mm512_loadu_si512(a[l].values[i]);
        const __m512 scale = _mm512_loadu_ps(a[l].scale);
        for (int j = 0; j < count; ++j) {
            const int8_t *values = b[j * b_stride + l].values;
            const struct side side = sides[j * blocks + l];
            __m512i dot = _mm512_set1_epi32(side.start);
            for (int i = 0; i < BLOCK / 4; ++i) {
                int32_t four;
                memcpy(&four, values + 4 * i, sizeof four);
                dot = _mm512_dpbusd_epi32(dot, v[i], _mm512_set1_epi32(four));
            }
            const __m512 scales = _mm512_mul_ps(scale, _mm512_set1_ps(side.scale));
            sum[j] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), scales, sum[j]);
        }
    }
    for (int j = 0; j < count; ++j) _mm512_storeu_ps(to + j * stride, sum[j]);
}

#define TILE(n)                                                                                                 \
    WIDE static void tile##n(                                                                                   \
        const struct panel *a, const struct parley_q8_block *b, int64_t b_stride, const struct side *sides,     \
        int64_t blocks, float *to, int64_t stride) {                                                            \
        tile(n, a, b, b_stride, sides, blocks, to, stride);                                                     \
    }
TILE(16)
TILE(8)
TILE(4)
TILE(2)
TILE(1)

typedef void tile_of(
    const struct panel *, const struct parley_q8_block *, int64_t, const struct side *, int64_t, float *, int64_t);

static tile_of *tiles(int64_t width) {
    return width == 16 ? tile16 : width == 8 ? tile8 : width == 4 ? tile4 : width == 2 ? tile2 : tile1;
}

/// One panel and its columns' sides, a few hundred kilobytes. Lives as long as its thread, which is the engine's.
static __thread void *room;
static __thread size_t room_bytes;

static bool make_room(size_t bytes) {
    if (bytes <= room_bytes) return true;
    free(room);
    room = NULL;
    room_bytes = posix_memalign(&room, 64, 2 * bytes) == 0 ? 2 * bytes : 0;
    return room_bytes > 0;
}

WIDE static bool multiply(
    int part, int parts, int64_t rows, int64_t columns, int64_t blocks, const struct parley_q8_block *a,
    int64_t a_stride, const struct parley_q8_block *b, int64_t b_stride, float *to, int64_t stride) {
    const size_t panel_bytes = (size_t)blocks * sizeof(struct panel);
    // As the library itself does: a process that has no hundred kilobytes left is at its end, and the other threads of
    // this product cannot be told.
    if (!make_room(panel_bytes + (size_t)(columns * blocks) * sizeof(struct side))) abort();
    struct panel *panel = room;
    struct side *sides = (struct side *)((char *)room + panel_bytes);
    weigh(sides, b, b_stride, columns, blocks);
    for (int64_t row = (int64_t)part * ROWS; row < rows; row += (int64_t)parts * ROWS) {
        pack(panel, a + row * a_stride, a_stride, blocks);
        for (int64_t j = 0; j < columns;) {
            const int64_t left = columns - j;
            const int64_t width = left >= 16 ? 16 : left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
            tile_of *const tile = tiles(width);
            tile(panel, b + j * b_stride, b_stride, sides + j * blocks, blocks, to + j * stride + row, stride);
            j += width;
        }
    }
    return true;
}
#else
bool parley_q8_is_possible(void) { return false; }

static bool multiply(
    int part, int parts, int64_t rows, int64_t columns, int64_t blocks, const struct parley_q8_block *a,
    int64_t a_stride, const struct parley_q8_block *b, int64_t b_stride, float *to, int64_t stride) {
    (void)part, (void)parts, (void)rows, (void)columns, (void)blocks, (void)a, (void)a_stride, (void)b, (void)b_stride;
    (void)to, (void)stride;
    return false;
}
#endif

bool parley_q8_product(
    int part, int parts, int64_t rows, int64_t columns, int64_t blocks, const struct parley_q8_block *a,
    int64_t a_stride, const struct parley_q8_block *b, int64_t b_stride, float *to, int64_t stride) {
    if (rows <= 0 || rows % ROWS != 0 || columns <= 0 || blocks <= 0 || !parley_q8_is_possible()) return false;
    return multiply(part, parts, rows, columns, blocks, a, a_stride, b, b_stride, to, stride);
}

/// ggml's product, as the library calls it. One column too: it is no slower, and a token then gets the same sums
/// whatever stands beside it.
bool llamafile_sgemm(
    const struct part *part, int64_t m, int64_t n, int64_t k, const void *a, int64_t lda, const void *b, int64_t ldb,
    void *c, int64_t ldc, int a_type, int b_type, int c_type) {
    static _Atomic(product *) original;
    if (a_type == TYPE_Q8_0 && b_type == TYPE_Q8_0 && c_type == TYPE_F32 && !atomic_load(&is_off) &&
        parley_q8_product(part->index, part->count, m, n, k, a, lda, b, ldb, c, ldc))
        return true;
    product *next = atomic_load(&original);
    if (!next) {
        next = (product *)dlsym(RTLD_NEXT, "llamafile_sgemm");
        atomic_store(&original, next);
    }
    return next && next(part, m, n, k, a, lda, b, ldb, c, ldc, a_type, b_type, c_type);
}
