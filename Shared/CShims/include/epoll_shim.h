#pragma once

#include <stdint.h>

/* Readiness of file descriptors for a thread that waits for several: epoll and eventfd, which Swift's Glibc module does
 * not import. Every function is a thin call: failures come back as -1 with errno set, and an interrupted wait as 0. */

#define PARLEY_READABLE 1u
#define PARLEY_WRITABLE 2u
/* The peer is gone or the descriptor is broken: reading tells which. Reported whether asked for or not. */
#define PARLEY_BROKEN 4u

typedef struct {
    uint64_t token;
    uint32_t events;
} parley_readiness;

int parley_epoll_create(void);
/* Registers fd, or changes what it is watched for. The kernel forgets a descriptor when it is closed, and numbers are
 * reused, so "known already" is the kernel's to say and not the caller's to remember. */
int parley_epoll_watch(int epoll, int fd, uint32_t events, uint64_t token);
int parley_epoll_forget(int epoll, int fd);
/* Waits at most timeout_ms (-1: for ever) and fills at most capacity entries. */
int parley_epoll_wait(int epoll, parley_readiness *out, int capacity, int timeout_ms);

/* A counter that wakes an epoll: signal from any thread, drain from the one that waits. */
int parley_wakeup_create(void);
void parley_wakeup_signal(int fd);
void parley_wakeup_drain(int fd);

/* close(2), for descriptors made here. */
void parley_close(int fd);
/* Names the calling thread for top and gdb; the kernel keeps fifteen bytes. */
void parley_name_thread(const char *name);
