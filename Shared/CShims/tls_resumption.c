// SPDX-License-Identifier: Apache-2.0
#include "tls_resumption.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <time.h>

// What a session belongs to: tickets of other programs with a key of ours do not exist, but OpenSSL wants to know.
static const unsigned char session_context[] = "parley";

static CRYPTO_ONCE slot_once = CRYPTO_ONCE_STATIC_INIT;
static int slot = -1;

static void free_slot(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *argument) {
    (void)parent;
    (void)data;
    (void)index;
    (void)number;
    (void)argument;
    SSL_SESSION_free(pointer);
}

static void make_slot(void) { slot = SSL_get_ex_new_index(0, NULL, NULL, NULL, free_slot); }

static int is_in_time(const X509 *certificate, int64_t now) {
    time_t moment = (time_t)now;
    return X509_cmp_time(X509_get0_notAfter(certificate), &moment) > 0
        && X509_cmp_time(X509_get0_notBefore(certificate), &moment) < 0;
}

// `most` seconds, or fewer when a certificate of the chain that was verified expires before.
static long seconds_for(SSL *ssl, long most) {
    STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
    if (chain == NULL || sk_X509_num(chain) == 0) return 0;
    for (int index = 0; index < sk_X509_num(chain); index++) {
        int days = 0;
        int rest = 0;
        if (ASN1_TIME_diff(&days, &rest, NULL, X509_get0_notAfter(sk_X509_value(chain, index))) != 1) return 0;
        if (days < 0 || rest < 0) return 0;
        if (days == 0 && rest < most) most = rest;
    }
    return most;
}

// Before a ticket is made. The session's time is the context's lifetime here; it is shortened, never made longer.
static int will_give(SSL *ssl, void *argument) {
    (void)argument;
    SSL_SESSION *session = SSL_get_session(ssl);
    if (session == NULL) return 0;
    SSL_SESSION_set_timeout(session, seconds_for(ssl, SSL_SESSION_get_timeout(session)));
    return 1;
}

// A ticket was offered. Whatever is wrong with it leads to a full handshake, never to an error.
static SSL_TICKET_RETURN was_offered(
    SSL *ssl, SSL_SESSION *session, const unsigned char *name, size_t count, SSL_TICKET_STATUS status,
    void *argument) {
    (void)name;
    (void)count;
    (void)argument;
    if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW) return SSL_TICKET_RETURN_IGNORE_RENEW;
    if (!parley_tls_may_resume(session, (int64_t)time(NULL))) return SSL_TICKET_RETURN_IGNORE_RENEW;
    // A resumed handshake gives no ticket, or a chain of them would outlive the lifetime.
    SSL_set_num_tickets(ssl, 0);
    return SSL_TICKET_RETURN_USE;
}

int parley_tls_give_tickets(SSL_CTX *context, long lifetime) {
    SSL_CTX_set_timeout(context, lifetime);
    return SSL_CTX_set_num_tickets(context, 1) == 1
        && SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1) == 1
        && SSL_CTX_set_session_ticket_cb(context, will_give, was_offered, NULL) == 1;
}

// From inside SSL_read. The connection keeps its own session, which it may spoil; we keep a copy.
static int has_come(SSL *ssl, SSL_SESSION *session) {
    if (SSL_session_reused(ssl)) return 0;
    SSL_SESSION *copy = SSL_SESSION_dup(session);
    if (copy == NULL) return 0;
    SSL_SESSION_set_timeout(copy, seconds_for(ssl, SSL_SESSION_get_timeout(copy)));
    SSL_SESSION_free(SSL_get_ex_data(ssl, slot));
    if (SSL_set_ex_data(ssl, slot, copy) != 1) SSL_SESSION_free(copy);
    return 0;
}

int parley_tls_keep_sessions(SSL_CTX *context, long lifetime) {
    if (!CRYPTO_THREAD_run_once(&slot_once, make_slot) || slot < 0) return 0;
    SSL_CTX_set_timeout(context, lifetime);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, has_come);
    return 1;
}

SSL_SESSION *parley_tls_take_session(SSL *ssl) {
    if (slot < 0) return NULL;
    SSL_SESSION *session = SSL_get_ex_data(ssl, slot);
    if (session != NULL) SSL_set_ex_data(ssl, slot, NULL);
    return session;
}

int parley_tls_may_resume(const SSL_SESSION *session, int64_t now) {
    // OpenSSL's getters do not change what they take.
    X509 *certificate = SSL_SESSION_get0_peer((SSL_SESSION *)session);
    int64_t since = SSL_SESSION_get_time(session);
    return certificate != NULL && is_in_time(certificate, now) && now >= since
        && now < since + SSL_SESSION_get_timeout(session) && SSL_SESSION_is_resumable(session);
}

int parley_tls_offer(SSL *ssl, const SSL_SESSION *session) {
    SSL_SESSION *copy = SSL_SESSION_dup(session);
    if (copy == NULL) return 0;
    int result = SSL_set_session(ssl, copy);
    SSL_SESSION_free(copy);
    return result == 1;
}

int parley_tls_peer_is_expected(SSL *ssl, const char *name) {
    const unsigned int flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    X509 *certificate = SSL_get1_peer_certificate(ssl);
    if (certificate == NULL) return 0;
    int is_expected = is_in_time(certificate, (int64_t)time(NULL))
        && (X509_check_ip_asc(certificate, name, flags) == 1
            || X509_check_host(certificate, name, 0, flags, NULL) == 1);
    X509_free(certificate);
    ERR_clear_error();
    return is_expected;
}
