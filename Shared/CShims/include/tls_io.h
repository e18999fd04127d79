// SPDX-License-Identifier: Apache-2.0
#pragma once
// Memory between OpenSSL and a NIO channel: OpenSSL never sees a socket. One of these per SSL.
//
// Input is lent for the duration of a call. Output goes first to lent memory, so that ciphertext is written straight
// into the buffer that the socket will send, and to our own spill when that is absent or full.

#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>

typedef struct parley_tls_io {
    const uint8_t *input;
    size_t input_count;
    size_t input_position;

    uint8_t *output;
    size_t output_capacity;
    size_t output_count;

    uint8_t *spill;
    size_t spill_capacity;
    size_t spill_count;
} parley_tls_io;

/// Makes the SSL read from and write to a new parley_tls_io, which it owns: SSL_free frees both. NULL when out of
/// memory.
parley_tls_io *parley_tls_io_attach(SSL *ssl);

/// Gives the spill's memory back when it has grown beyond what a handshake needs.
void parley_tls_io_spill_sent(parley_tls_io *io);

/// What OpenSSL offers as macros only.
void parley_tls_set_defaults(SSL_CTX *context);
int parley_tls_set_minimum_13(SSL_CTX *context);
int parley_tls_set_server_name(SSL *ssl, const char *name);

/// Seconds until the context's own certificate expires, below zero when it has. 0 on success, -1 when it has none.
int parley_tls_seconds_left(SSL_CTX *context, int64_t *seconds);

/// Chooses the first of our protocols that the client offers. `list` is in wire form and must outlive the context;
/// it points to {length u32 of the rest, protocols}.
void parley_tls_select_protocols(SSL_CTX *context, const uint32_t *list);

/// Copies the DNS names of a certificate's subjectAltName, one after the other, each with a NUL behind it.
/// Names with a NUL inside are left out. Returns the octets used, or -1 when `capacity` is too small.
int parley_tls_dns_names(X509 *certificate, char *names, int capacity);
