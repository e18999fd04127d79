/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bump allocator, one per thread, for messages while they are packed or unpacked.
 *
 * protobuf-c asks an allocator for every string and every nested message. Bumping a pointer instead of calling malloc
 * makes unpacking a third faster, and counting what is handed out bounds what one message may expand to, which its
 * size on the wire does not: two bytes can stand for a struct of two hundred.
 *
 * Use is a stack: enter, allocate, leave. Entering again before leaving is fine (a message decoded while another's
 * encoded bytes are looked at) as long as the inner one leaves first. Nothing is freed one by one.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

struct parley_arena_chunk;

typedef struct parley_arena {
    uint8_t *cursor;
    uint8_t *end;
    /* Bytes that may still be handed out, headers and padding counted in. */
    size_t budget;
    /* Set once an allocation was refused since the last enter. */
    int is_exhausted;
    struct parley_arena_chunk *chunk;
} parley_arena;

/* What leave puts back. */
typedef struct parley_arena_mark {
    parley_arena before;
} parley_arena_mark;

/* Every allocation carries its size in front of it. That is how the length of a text is known: protobuf-c hands out
 * a char pointer only, and a text with a NUL inside would otherwise be read as a shorter one. */
enum { PARLEY_ARENA_HEADER = 8, PARLEY_ARENA_ALIGNMENT = 8 };

/* The calling thread's arena, with a budget of its own until the matching leave. */
parley_arena *parley_arena_enter(parley_arena_mark *mark, size_t budget);
void parley_arena_leave(parley_arena *arena, const parley_arena_mark *mark);

/* Bytes of memory the calling thread's arena holds at this moment, used or not. */
size_t parley_arena_reserved(void);

/* The path for a full chunk; call parley_arena_allocate instead. */
void *_Nullable parley_arena_allocate_slowly(parley_arena *arena, size_t size);

/* `size` bytes aligned to eight, or NULL when the budget or the machine's memory does not allow it. Not zeroed. */
static inline void *_Nullable parley_arena_allocate(parley_arena *arena, size_t size) {
    size_t need = (size + PARLEY_ARENA_HEADER + PARLEY_ARENA_ALIGNMENT - 1) & ~(size_t)(PARLEY_ARENA_ALIGNMENT - 1);
    if (need < size || need > arena->budget || need > (size_t)(arena->end - arena->cursor)) {
        return parley_arena_allocate_slowly(arena, size);
    }
    uint8_t *at = arena->cursor;
    arena->cursor = at + need;
    arena->budget -= need;
    *(uint64_t *)(void *)at = size;
    return at + PARLEY_ARENA_HEADER;
}

/* The size that was asked for when `memory` was handed out. */
static inline size_t parley_arena_size(const void *memory) {
    return (size_t) * (const uint64_t *)(const void *)((const uint8_t *)memory - PARLEY_ARENA_HEADER);
}

/* The two functions of a ProtobufCAllocator; `arena` is its allocator_data. */
void *_Nullable parley_arena_protobuf_alloc(void *_Nullable arena, size_t size);
void parley_arena_protobuf_free(void *_Nullable arena, void *_Nullable memory);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif
