/* SPDX-License-Identifier: Apache-2.0 */
#include "parley_arena.h"

#include <pthread.h>
#include <stdlib.h>

/*
 * 256 KiB hold almost every message without a second chunk; only the pages a message really touches become resident,
 * so a thread that sees small messages pays for small ones. The first chunk is kept for the thread's life, further ones
 * are returned on leave, so that one large message does not stay expensive.
 */
enum { CHUNK_BYTES = 256 * 1024 };

struct parley_arena_chunk {
    struct parley_arena_chunk *older;
    size_t size;
    uint64_t bytes[];
};

static pthread_key_t arena_key;
static pthread_once_t arena_once = PTHREAD_ONCE_INIT;
static _Thread_local parley_arena *thread_arena;

static void destroy(void *memory) {
    parley_arena *arena = memory;
    struct parley_arena_chunk *chunk = arena->chunk;
    while (chunk) {
        struct parley_arena_chunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
    free(arena);
    thread_arena = NULL;
}

static void make_key(void) {
    if (pthread_key_create(&arena_key, destroy) != 0) abort();
}

static int add_chunk(parley_arena *arena, size_t need) {
    size_t size = need > CHUNK_BYTES ? need : CHUNK_BYTES;
    if (size > SIZE_MAX - sizeof(struct parley_arena_chunk)) return 0;
    struct parley_arena_chunk *chunk = malloc(sizeof(struct parley_arena_chunk) + size);
    if (!chunk) return 0;
    chunk->older = arena->chunk;
    chunk->size = size;
    arena->chunk = chunk;
    arena->cursor = (uint8_t *)chunk->bytes;
    arena->end = arena->cursor + size;
    return 1;
}

/* A thread without memory for its first chunk cannot decode its first message; like Swift itself, we stop there. */
static parley_arena *make_thread_arena(void) {
    pthread_once(&arena_once, make_key);
    parley_arena *arena = calloc(1, sizeof *arena);
    if (!arena || !add_chunk(arena, CHUNK_BYTES)) abort();
    if (pthread_setspecific(arena_key, arena) != 0) abort();
    thread_arena = arena;
    return arena;
}

parley_arena *parley_arena_enter(parley_arena_mark *mark, size_t budget) {
    parley_arena *arena = thread_arena ? thread_arena : make_thread_arena();
    mark->before = *arena;
    arena->budget = budget;
    arena->is_exhausted = 0;
    return arena;
}

void parley_arena_leave(parley_arena *arena, const parley_arena_mark *mark) {
    while (arena->chunk != mark->before.chunk) {
        struct parley_arena_chunk *older = arena->chunk->older;
        free(arena->chunk);
        arena->chunk = older;
    }
    *arena = mark->before;
}

size_t parley_arena_reserved(void) {
    size_t sum = 0;
    if (!thread_arena) return 0;
    for (const struct parley_arena_chunk *chunk = thread_arena->chunk; chunk; chunk = chunk->older) sum += chunk->size;
    return sum;
}

void *parley_arena_allocate_slowly(parley_arena *arena, size_t size) {
    size_t need = (size + PARLEY_ARENA_HEADER + PARLEY_ARENA_ALIGNMENT - 1) & ~(size_t)(PARLEY_ARENA_ALIGNMENT - 1);
    if (need < size || need > arena->budget || !add_chunk(arena, need)) {
        arena->is_exhausted = 1;
        return NULL;
    }
    return parley_arena_allocate(arena, size);
}

void *parley_arena_protobuf_alloc(void *arena, size_t size) {
    return parley_arena_allocate(arena, size);
}

void parley_arena_protobuf_free(void *arena, void *memory) {
    (void)arena;
    (void)memory;
}
