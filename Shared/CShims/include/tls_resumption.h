// SPDX-License-Identifier: Apache-2.0
#pragma once
// Resumption of TLS 1.3 sessions by tickets (RFC 8446, section 2.2), with a fresh key exchange each time and no early
// data. Nothing here calls back into Swift: a client's new session waits in its SSL until it is taken.

#include <openssl/ssl.h>
#include <stdint.h>

/// Has a server of peers give one ticket behind each full handshake, and none behind a resumed one. A ticket is good
/// for `lifetime` seconds, or until the first certificate of the client's chain expires. Its key is the context's own,
/// made by chance and kept in memory. 1 on success.
int parley_tls_give_tickets(SSL_CTX *context, long lifetime);

/// Has a client keep the session of a full handshake's ticket until `parley_tls_take_session`.
int parley_tls_keep_sessions(SSL_CTX *context, long lifetime);

/// The session of the newest ticket, or NULL when none has come since; the caller frees it.
SSL_SESSION *parley_tls_take_session(SSL *ssl);

/// Whether a session may be offered: neither it nor the peer's certificate has expired at `now` (Unix time).
int parley_tls_may_resume(const SSL_SESSION *session, int64_t now);

/// Offers a copy: OpenSSL marks the session of a connection that ends badly as spent. 1 on success.
int parley_tls_offer(SSL *ssl, const SSL_SESSION *session);

/// Whether the certificate of the peer, shown or out of a resumed session, is in time and carries the name or the
/// address that the SSL expects.
int parley_tls_peer_is_expected(SSL *ssl, const char *name);
