// SPDX-License-Identifier: Apache-2.0
#pragma once
// The floor that the call layer is measured against: the same bytes under the same TLS, from plain C with epoll and
// libssl, one thread per process, without deadlines, credit, metadata, checks or tasks.

#include <stdint.h>

typedef struct raw_identity {
    const char *certificate;
    const char *key;
    const char *authority;
} raw_identity;

typedef struct raw_result {
    double seconds;
    uint64_t messages;
    /// CPU of this process and of the server's, in nanoseconds.
    uint64_t client_cpu;
    uint64_t server_cpu;
} raw_result;

/// Listens on a free port of the loopback, calls `ready` with it, and serves until killed.
int raw_serve(raw_identity identity, void (*ready)(int port));

/// Keeps `concurrency` calls of `request` octets in flight until the time is over; each is answered by as many.
int raw_call(raw_identity identity, int port, int server, int concurrency, int request, double seconds, raw_result *result);

/// Lets the server send messages of `size` octets on `streams` streams until the time is over.
int raw_stream(raw_identity identity, int port, int server, int streams, int size, double seconds, raw_result *result);

/// CPU time of a process so far, user and system, in nanoseconds.
uint64_t raw_cpu_of(int process);
