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

/// Listens on a free port of the loopback, calls `ready` with it, and serves until killed.
int raw_serve(raw_identity identity, void (*ready)(int port));

/// Keeps `concurrency` calls of `request` octets in flight, dealt out over `connections`, until the time is over; each is
/// answered by as many. Prints a line when it begins and ends to measure, and waits each time for one in return.
int raw_call(raw_identity identity, int port, int concurrency, int connections, int request, double seconds);

/// Lets the server send messages of `size` octets on `streams` streams until the time is over.
int raw_stream(raw_identity identity, int port, int streams, int size, double seconds);
