// SPDX-License-Identifier: Apache-2.0
// Preloaded into a process (LD_PRELOAD), counts what it asks of the allocator: calls and octets, of all threads, in a file
// of 16 octets named ALLOCATIONS/<pid> that others may read at any time. glibc only: its allocator has second names.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static _Atomic uint64_t before_main[2];
static _Atomic uint64_t *counts = before_main;

static void count(size_t octets) {
    atomic_fetch_add_explicit(&counts[0], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counts[1], octets, memory_order_relaxed);
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("ALLOCATIONS");
    char path[4096];
    if (folder == NULL) return;
    snprintf(path, sizeof path, "%s/%d", folder, getpid());
    int file = open(path, O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, 2 * sizeof(uint64_t)) != 0) return;
    void *shared = mmap(NULL, 2 * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED) counts = shared;
    close(file);
}

void *malloc(size_t size) { count(size); return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { count(number * size); return __libc_calloc(number, size); }
void *realloc(void *old, size_t size) { count(size); return __libc_realloc(old, size); }
void *aligned_alloc(size_t alignment, size_t size) { count(size); return __libc_memalign(alignment, size); }
void *memalign(size_t alignment, size_t size) { count(size); return __libc_memalign(alignment, size); }

int posix_memalign(void **out, size_t alignment, size_t size) {
    count(size);
    *out = __libc_memalign(alignment, size);
    return *out == NULL ? ENOMEM : 0;
}
