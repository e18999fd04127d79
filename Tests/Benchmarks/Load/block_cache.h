// SPDX-License-Identifier: Apache-2.0
//
// A prefix cache as a mock worker has it: a true LRU of blocks of 256 bytes, each block's name covering all before it.
// Of one prompt the first block is made the youngest, so that what many share outlives what one had alone, as in vLLM.
// One cache in a program, one thread.

#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum { REQUEST_BYTES = 65536, BLOCK_BYTES = 256, NONE = -1 };

// One block: in a chain of its name's bucket, and in the list by age.
typedef struct {
    uint64_t name;
    int chained, younger, older;
} block;

static block *blocks;
static int *buckets;
static int capacity, bucket_mask, held, youngest = NONE, oldest = NONE;
static uint64_t evicted;

static void unlink_age(int i) {
    block *b = &blocks[i];
    if (b->younger == NONE) youngest = b->older;
    else blocks[b->younger].older = b->older;
    if (b->older == NONE) oldest = b->younger;
    else blocks[b->older].younger = b->younger;
}

static void make_youngest(int i) {
    blocks[i].younger = NONE;
    blocks[i].older = youngest;
    if (youngest == NONE) oldest = i;
    else blocks[youngest].younger = i;
    youngest = i;
}

static int find(uint64_t name) {
    int i = buckets[name & (uint64_t)bucket_mask];
    while (i != NONE && blocks[i].name != name) i = blocks[i].chained;
    return i;
}

// Makes room by forgetting the oldest block. Returns its place.
static int evict(void) {
    int i = oldest, *link = &buckets[blocks[i].name & (uint64_t)bucket_mask];
    while (*link != i) link = &blocks[*link].chained;
    *link = blocks[i].chained;
    unlink_age(i);
    evicted++;
    return i;
}

static void touch(uint64_t name) {
    int i = find(name);
    if (i != NONE) {
        unlink_age(i);
    } else {
        i = held < capacity ? held++ : evict();
        int *bucket = &buckets[name & (uint64_t)bucket_mask];
        blocks[i].name = name;
        blocks[i].chained = *bucket;
        *bucket = i;
    }
    make_youngest(i);
}

// Looks a prompt up and puts it in. Returns how many of its bytes were there, from its beginning.
static size_t read_prompt(const char *prompt, size_t length) {
    uint64_t names[REQUEST_BYTES / BLOCK_BYTES], hash = 14695981039346656037u;  // FNV-1a
    size_t count = length / BLOCK_BYTES, hits = 0;
    if (capacity == 0) return 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < BLOCK_BYTES; j++) {
            hash = (hash ^ (unsigned char)prompt[i * BLOCK_BYTES + j]) * 1099511628211u;
        }
        // FNV's low bits are weak, and these choose the bucket.
        names[i] = hash ^ hash >> 32;
    }
    while (hits < count && find(names[hits]) != NONE) hits++;
    for (size_t i = count; i-- > 0;) touch(names[i]);
    return hits * BLOCK_BYTES;
}

static void make_cache(int kib) {
    capacity = kib * 1024 / BLOCK_BYTES;
    int size = 16;
    while (size < 2 * capacity) size *= 2;
    bucket_mask = size - 1;
    blocks = calloc((size_t)capacity + 1, sizeof *blocks);
    buckets = malloc((size_t)size * sizeof *buckets);
    for (int i = 0; i < size; i++) buckets[i] = NONE;
}
