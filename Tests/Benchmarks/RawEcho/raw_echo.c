// SPDX-License-Identifier: Apache-2.0
#include "raw_echo.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// The frame header of Parley, and metadata as a call of ours carries it.
enum { header_size = 16, metadata_size = 60, buffer_size = 256 * 1024 };
enum { frame_call = 1, frame_stream = 2, frame_data = 3 };

typedef struct raw_connection {
    int socket;
    SSL *ssl;
    uint8_t *input;
    size_t input_count;
    uint8_t *output;
    size_t output_count, output_sent;
    uint32_t streams, size;
    uint32_t watched;
} raw_connection;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static SSL_CTX *make_context(raw_identity identity, const SSL_METHOD *method) {
    SSL_CTX *context = SSL_CTX_new(method);
    if (context == NULL) return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    if (SSL_CTX_use_certificate_chain_file(context, identity.certificate) != 1
        || SSL_CTX_use_PrivateKey_file(context, identity.key, SSL_FILETYPE_PEM) != 1
        || SSL_CTX_load_verify_locations(context, identity.authority, NULL) != 1) {
        ERR_print_errors_fp(stderr);
        return NULL;
    }
    return context;
}

/// Takes over a connected, still blocking socket: shakes hands, then makes it non-blocking.
static raw_connection *open_connection(int socket, SSL_CTX *context, int is_server) {
    int one = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    raw_connection *c = calloc(1, sizeof *c);
    c->socket = socket;
    c->ssl = SSL_new(context);
    c->input = malloc(buffer_size);
    c->output = malloc(buffer_size);
    SSL_set_fd(c->ssl, socket);
    if ((is_server ? SSL_accept(c->ssl) : SSL_connect(c->ssl)) != 1) {
        ERR_print_errors_fp(stderr);
        exit(1);
    }
    fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
    return c;
}

static void put_header(uint8_t *at, uint32_t length, uint32_t stream, uint8_t type, uint32_t value) {
    memcpy(at, &length, 4);
    memcpy(at + 4, &stream, 4);
    at[8] = type;
    at[9] = 0;
    at[10] = at[11] = 0;
    memcpy(at + 12, &value, 4);
}

/// Appends a frame whose payload is `length` octets of nothing in particular. False when there is no room.
static int put_frame(raw_connection *c, uint32_t length, uint32_t stream, uint8_t type, uint32_t value) {
    if (c->output_count + header_size + length > buffer_size) return 0;
    put_header(c->output + c->output_count, length, stream, type, value);
    memset(c->output + c->output_count + header_size, 'x', length);
    c->output_count += header_size + length;
    return 1;
}

/// Writes what there is. False when the connection is gone.
static int send_output(raw_connection *c) {
    while (c->output_sent < c->output_count) {
        int count = SSL_write(c->ssl, c->output + c->output_sent, (int)(c->output_count - c->output_sent));
        if (count <= 0) return SSL_get_error(c->ssl, count) == SSL_ERROR_WANT_WRITE;
        c->output_sent += (size_t)count;
    }
    c->output_sent = c->output_count = 0;
    return 1;
}

/// Reads once. 1 when there was something, 0 when there is nothing now, -1 when the connection is gone.
static int read_input(raw_connection *c) {
    int count = SSL_read(c->ssl, c->input + c->input_count, (int)(buffer_size - c->input_count));
    if (count > 0) {
        c->input_count += (size_t)count;
        return 1;
    }
    return SSL_get_error(c->ssl, count) == SSL_ERROR_WANT_READ ? 0 : -1;
}

typedef int (*on_frame)(raw_connection *, uint32_t length, uint32_t stream, uint8_t type, uint32_t value, void *);

/// Calls `handle` for each whole frame; stops when it returns 0.
static void take_frames(raw_connection *c, on_frame handle, void *argument) {
    size_t at = 0;
    while (c->input_count - at >= header_size) {
        uint32_t length, stream, value;
        memcpy(&length, c->input + at, 4);
        memcpy(&stream, c->input + at + 4, 4);
        memcpy(&value, c->input + at + 12, 4);
        if (c->input_count - at < header_size + length) break;
        if (!handle(c, length, stream, c->input[at + 8], value, argument)) break;
        at += header_size + length;
    }
    memmove(c->input, c->input + at, c->input_count - at);
    c->input_count -= at;
}

static int answer(raw_connection *c, uint32_t length, uint32_t stream, uint8_t type, uint32_t value, void *unused) {
    (void)unused;
    if (type == frame_call) return put_frame(c, length - metadata_size, stream, frame_data, 0);
    c->streams = stream;
    c->size = value;
    return 1;
}

/// One readiness of a server's connection. False when it is gone.
static int serve_once(raw_connection *c) {
    int got;
    do {
        got = read_input(c);
        if (got < 0) return 0;
        take_frames(c, answer, NULL);
        if (!send_output(c)) return 0;
    } while (got > 0);
    // A stream's source never runs dry: it writes until the socket takes no more.
    while (c->streams > 0 && c->output_count == 0) {
        for (uint32_t stream = 1; stream <= c->streams; stream++)
            if (!put_frame(c, c->size, stream, frame_data, 0)) break;
        if (!send_output(c)) return 0;
    }
    return 1;
}

int raw_serve(raw_identity identity, void (*ready)(int port)) {
    // A client that has seen enough just goes.
    signal(SIGPIPE, SIG_IGN);
    SSL_CTX *context = make_context(identity, TLS_server_method());
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (context == NULL || bind(listener, (struct sockaddr *)&address, sizeof address) != 0
        || listen(listener, 16) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return 1;
    ready(ntohs(address.sin_port));
    int poll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event events[16];
        int count = epoll_wait(poll, events, 16, -1);
        if (count < 0 && errno != EINTR) return 1;
        for (int index = 0; index < count; index++) {
            raw_connection *c = events[index].data.ptr;
            if (c == NULL) {
                c = open_connection(accept(listener, NULL, NULL), context, 1);
                c->watched = EPOLLIN;
                struct epoll_event added = {.events = EPOLLIN, .data.ptr = c};
                epoll_ctl(poll, EPOLL_CTL_ADD, c->socket, &added);
            } else if (!serve_once(c)) {
                // The queue of errors belongs to the thread: the next connection must not find this one's.
                ERR_clear_error();
                close(c->socket);
            } else {
                uint32_t wanted = EPOLLIN | (c->output_count > c->output_sent || c->streams ? EPOLLOUT : 0);
                if (wanted == c->watched) continue;
                c->watched = wanted;
                struct epoll_event changed = {.events = wanted, .data.ptr = c};
                epoll_ctl(poll, EPOLL_CTL_MOD, c->socket, &changed);
            }
        }
    }
}

enum { most_connections = 16, remembered = 1 << 16, longest_us = 100000 };

typedef struct raw_run {
    uint64_t messages;
    int request;
    uint32_t next;
    /// When the readiness at hand was found; calls of one batch share it.
    double at, began;
    double started[remembered];
    uint32_t times[longest_us + 1];
} raw_run;

static int call_again(raw_connection *c, uint32_t length, uint32_t stream, uint8_t type, uint32_t value, void *argument) {
    (void)value; (void)length;
    raw_run *run = argument;
    if (!put_frame(c, (uint32_t)run->request + metadata_size, run->next, frame_call, 0)) return 0;
    if (type == frame_data) {
        double since = run->started[stream % remembered];
        uint32_t taken = (uint32_t)((run->at - since) * 1e6);
        if (since >= run->began) run->times[taken < longest_us ? taken : longest_us]++;
        run->messages++;
    }
    run->started[run->next++ % remembered] = run->at;
    return 1;
}

static int count_message(raw_connection *c, uint32_t length, uint32_t stream, uint8_t type, uint32_t value, void *argument) {
    (void)c; (void)length; (void)stream; (void)type; (void)value;
    ((raw_run *)argument)->messages++;
    return 1;
}

/// Waits for the line that says that both ends have been looked at.
static void wait_for_line(void) {
    fflush(stdout);
    for (int c = getchar(); c != '\n' && c != EOF; c = getchar()) {}
}

static uint32_t quantile(const raw_run *run, double part) {
    uint64_t all = 0, seen = 0;
    for (int i = 0; i <= longest_us; i++) all += run->times[i];
    for (uint32_t i = 0; i <= longest_us; i++)
        if ((seen += run->times[i]) > (uint64_t)((double)all * part)) return i;
    return 0;
}

static raw_connection *connect_to(int port, SSL_CTX *context) {
    int connected = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(connected, (struct sockaddr *)&address, sizeof address) != 0) return NULL;
    return open_connection(connected, context, 0);
}

static int run_client(raw_connection **all, int connections, double seconds, raw_run *run, on_frame handle) {
    int poll = epoll_create1(0);
    for (int index = 0; index < connections; index++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = all[index]};
        epoll_ctl(poll, EPOLL_CTL_ADD, all[index]->socket, &event);
        if (!send_output(all[index])) return 1;
    }
    // The first half second warms caches and windows and is not counted.
    double ends = now() + 0.5;
    for (;;) {
        run->at = now();
        if (run->at >= ends && run->began > 0) {
            printf("END {\"messages\": %llu, \"seconds\": %f, \"p50_us\": %u, \"p99_us\": %u}\n",
                   (unsigned long long)run->messages, run->at - run->began, quantile(run, 0.5), quantile(run, 0.99));
            wait_for_line();
            return 0;
        }
        if (run->at >= ends) {
            puts("BEGIN {}");
            wait_for_line();
            memset(run->times, 0, sizeof run->times);
            run->messages = 0;
            run->began = run->at = now();
            ends = run->began + seconds;
        }
        struct epoll_event ready[most_connections];
        int count = epoll_wait(poll, ready, most_connections, 100);
        for (int index = 0; index < count; index++) {
            raw_connection *c = ready[index].data.ptr;
            int got;
            do {
                got = read_input(c);
                if (got < 0) return 1;
                run->at = now();
                take_frames(c, handle, run);
                if (!send_output(c)) return 1;
            } while (got > 0);
        }
    }
}

int raw_call(raw_identity identity, int port, int concurrency, int connections, int request, double seconds) {
    SSL_CTX *context = make_context(identity, TLS_client_method());
    raw_run *run = calloc(1, sizeof *run);
    raw_connection *all[most_connections];
    if (context == NULL || run == NULL || connections < 1 || connections > most_connections) return 1;
    run->request = request;
    run->at = now();
    for (int index = 0; index < connections; index++)
        if ((all[index] = connect_to(port, context)) == NULL) return 1;
    for (int index = 0; index < concurrency; index++) call_again(all[index % connections], 0, 0, 0, 0, run);
    return run_client(all, connections, seconds, run, call_again);
}

int raw_stream(raw_identity identity, int port, int streams, int size, double seconds) {
    SSL_CTX *context = make_context(identity, TLS_client_method());
    raw_run *run = calloc(1, sizeof *run);
    raw_connection *c = context == NULL ? NULL : connect_to(port, context);
    if (c == NULL || run == NULL) return 1;
    put_frame(c, 0, (uint32_t)streams, frame_stream, (uint32_t)size);
    return run_client(&c, 1, seconds, run, count_message);
}
