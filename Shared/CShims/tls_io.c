// SPDX-License-Identifier: Apache-2.0
#include "tls_io.h"

#include <openssl/bio.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

// More than this is never written in one call: it means that somebody forgot to take the output away.
static const size_t largest_spill = 64u << 20;
// A handshake with a chain of three certificates fits; idle connections keep no more than this.
static const size_t kept_spill = 8192;

static int io_write(BIO *bio, const char *bytes, size_t count, size_t *written) {
    parley_tls_io *io = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    *written = 0;
    if (io == NULL) return 0;
    // Once something has spilled, all that follows must too, or the order would be lost.
    if (io->spill_count == 0 && count <= io->output_capacity - io->output_count) {
        memcpy(io->output + io->output_count, bytes, count);
        io->output_count += count;
        *written = count;
        return 1;
    }
    if (count > largest_spill - io->spill_count) return 0;
    size_t needed = io->spill_count + count;
    if (needed > io->spill_capacity) {
        size_t capacity = io->spill_capacity ? io->spill_capacity : 2048;
        while (capacity < needed) capacity *= 2;
        uint8_t *grown = realloc(io->spill, capacity);
        if (grown == NULL) return 0;
        io->spill = grown;
        io->spill_capacity = capacity;
    }
    memcpy(io->spill + io->spill_count, bytes, count);
    io->spill_count = needed;
    *written = count;
    return 1;
}

static int io_read(BIO *bio, char *bytes, size_t count, size_t *readCount) {
    parley_tls_io *io = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    *readCount = 0;
    if (io == NULL) return 0;
    size_t left = io->input_count - io->input_position;
    if (left == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    if (count > left) count = left;
    memcpy(bytes, io->input + io->input_position, count);
    io->input_position += count;
    *readCount = count;
    return 1;
}

static long io_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static int io_create(BIO *bio) {
    BIO_set_init(bio, 1);
    return 1;
}

static int io_destroy(BIO *bio) {
    parley_tls_io *io = bio ? BIO_get_data(bio) : NULL;
    if (io != NULL) {
        free(io->spill);
        free(io);
        BIO_set_data(bio, NULL);
    }
    return 1;
}

static BIO_METHOD *method;
static CRYPTO_ONCE method_once = CRYPTO_ONCE_STATIC_INIT;

static void make_method(void) {
    BIO_METHOD *made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "parley");
    if (made == NULL) return;
    BIO_meth_set_write_ex(made, io_write);
    BIO_meth_set_read_ex(made, io_read);
    BIO_meth_set_ctrl(made, io_control);
    BIO_meth_set_create(made, io_create);
    BIO_meth_set_destroy(made, io_destroy);
    method = made;
}

parley_tls_io *parley_tls_io_attach(SSL *ssl) {
    if (!CRYPTO_THREAD_run_once(&method_once, make_method) || method == NULL) return NULL;
    parley_tls_io *io = calloc(1, sizeof *io);
    BIO *bio = BIO_new(method);
    if (io == NULL || bio == NULL) {
        free(io);
        BIO_free(bio);
        return NULL;
    }
    BIO_set_data(bio, io);
    SSL_set_bio(ssl, bio, bio);
    return io;
}

void parley_tls_io_spill_sent(parley_tls_io *io) {
    io->spill_count = 0;
    if (io->spill_capacity > kept_spill) {
        free(io->spill);
        io->spill = NULL;
        io->spill_capacity = 0;
    }
}

void parley_tls_set_defaults(SSL_CTX *context) {
    // Idle connections give their 32 KiB of record buffers back.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(context, 32 * 1024);
}

int parley_tls_set_minimum_13(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1
        && SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1;
}

int parley_tls_set_server_name(SSL *ssl, const char *name) { return SSL_set_tlsext_host_name(ssl, name) == 1; }

int parley_tls_seconds_left(SSL_CTX *context, int64_t *seconds) {
    X509 *own = SSL_CTX_get0_certificate(context);
    int days = 0;
    int rest = 0;
    if (own == NULL || ASN1_TIME_diff(&days, &rest, NULL, X509_get0_notAfter(own)) != 1) return -1;
    *seconds = (int64_t)days * 86400 + rest;
    return 0;
}

static int select_protocol(
    SSL *ssl, const unsigned char **out, unsigned char *outCount, const unsigned char *offered, unsigned int count,
    void *argument) {
    (void)ssl;
    const uint32_t *list = argument;
    unsigned char *chosen = NULL;
    if (SSL_select_next_proto(&chosen, outCount, (const unsigned char *)(list + 1), *list, offered, count)
        != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

void parley_tls_select_protocols(SSL_CTX *context, const uint32_t *list) {
    SSL_CTX_set_alpn_select_cb(context, select_protocol, (void *)list);
}

int parley_tls_dns_names(X509 *certificate, char *names, int capacity) {
    GENERAL_NAMES *all = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    int used = 0;
    for (int index = 0; all != NULL && index < sk_GENERAL_NAME_num(all); index++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(all, index);
        if (name->type != GEN_DNS) continue;
        const unsigned char *text = ASN1_STRING_get0_data(name->d.dNSName);
        int count = ASN1_STRING_length(name->d.dNSName);
        if (count <= 0 || memchr(text, 0, (size_t)count) != NULL) continue;
        if (count + 1 > capacity - used) {
            used = -1;
            break;
        }
        memcpy(names + used, text, (size_t)count);
        names[used + count] = 0;
        used += count + 1;
    }
    GENERAL_NAMES_free(all);
    return used;
}
