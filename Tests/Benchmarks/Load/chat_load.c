// SPDX-License-Identifier: Apache-2.0
//
// A closed-loop load generator for the chat API: N connections over plain HTTP/1.1 on loopback, each sending the next
// request when its answer is complete. It parses just enough to know where an answer and each event of a stream ends,
// so that it costs a small part of what it measures. One thread, epoll, no allocation while it runs.
//
// usage: chat_load HOST PORT KEY CONNECTIONS SECONDS BODY_FILE [RAMP_SECONDS]
// With a ramp the connections begin one after the other in that time, instead of all at once.
// The body decides whether answers stream. Eight hash signs in it become a number of eight digits, another one in each
// request, so that no cache of answers helps. After SECONDS nothing new begins and what runs may end, so that answers,
// tokens and the processor time spent on them belong together. Prints one JSON object.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 8192, BUFFER = 65536, MAX_SAMPLES = 4000000, NUMBER_DIGITS = 8 };

#include "samples.h"

// How long answers may take to end after the time is up; a held stream is cut then.
static const double DRAIN_SECONDS = 5;

// How the rest of an answer is measured: a length, chunks, or not known yet.
typedef enum { HEAD, SIZED, CHUNKED } phase;

typedef struct {
    int fd;
    phase phase;
    size_t sent;       // bytes of the request written
    size_t left;       // bytes of a sized body still to come
    char buffer[BUFFER];
    size_t used;
    uint64_t started;  // when the request began to leave
    uint64_t last_event;
    uint32_t events;   // events with text seen in this answer
    uint32_t reported; // tokens that the answer's usage says it has
    int status;
    bool idle;         // nothing was asked since the last answer
    char number[NUMBER_DIGITS];
} connection;

static char *request, *request_number;
static size_t request_length;
static uint64_t *latencies, *first_tokens, *gaps;
static size_t latency_count, first_count, gap_count;
static uint64_t answers, failures, tokens, text_events, reconnects, begun;
static int failed_status, busy;
static bool stopping;
static struct sockaddr_in address;
static int poll_fd;

static void arm(connection *c, bool write) {
    struct epoll_event event = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(poll_fd, EPOLL_CTL_MOD, c->fd, &event);
}

static void send_request(connection *c) {
    // One buffer serves all connections: the number of this one is put in before each write.
    if (request_number) memcpy(request_number, c->number, NUMBER_DIGITS);
    while (c->sent < request_length) {
        ssize_t n = write(c->fd, request + c->sent, request_length - c->sent);
        if (n <= 0) {
            if (n < 0 && errno == EAGAIN) arm(c, true);
            return;
        }
        c->sent += (size_t)n;
    }
    arm(c, false);
}

static void begin(connection *c) {
    if (!c->idle) busy--;
    c->idle = true;
    if (stopping) return;
    c->idle = false;
    busy++;
    c->phase = HEAD;
    c->sent = c->events = c->reported = 0;
    c->status = 0;
    uint64_t number = begun++;
    for (int i = NUMBER_DIGITS; i > 0; number /= 10) c->number[--i] = (char)('0' + number % 10);
    c->started = now();
    send_request(c);
}

static bool open_connection(connection *c) {
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0) return false;
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->used = 0;
    c->idle = true;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &event);
    return true;
}

static void finish(connection *c) {
    if (c->status == 200) {
        answers++;
        tokens += c->reported > 0 ? c->reported : c->events;
        keep(latencies, &latency_count, now() - c->started);
    } else {
        failures++;
        failed_status = c->status;
    }
    begin(c);
}

static void count_events(connection *c, const char *data, size_t length) {
    const char *end = data + length, *at = data;
    while ((at = memmem(at, (size_t)(end - at), "\"content\":\"", 11)) != NULL) {
        at += 11;
        // The first chunk says who speaks, with an empty text: no token yet.
        if (at < end && *at == '"') continue;
        uint64_t t = now();
        if (c->events++ == 0) keep(first_tokens, &first_count, t - c->started);
        else keep(gaps, &gap_count, t - c->last_event);
        c->last_event = t;
        text_events++;
    }
    const char *usage = memmem(data, length, "\"completion_tokens\":", 20);
    if (usage) c->reported = (uint32_t)strtoul(usage + 20, NULL, 10);
}

static void drop(connection *c, size_t count) {
    memmove(c->buffer, c->buffer + count, c->used - count);
    c->used -= count;
}

// Takes what is complete out of the buffer; false when more bytes are needed.
static bool step(connection *c) {
    if (c->phase == HEAD) {
        char *end = memmem(c->buffer, c->used, "\r\n\r\n", 4);
        if (!end) return false;
        size_t head = (size_t)(end - c->buffer) + 4;
        c->status = c->used > 12 ? atoi(c->buffer + 9) : 0;
        *end = 0;
        char *length = strcasestr(c->buffer, "content-length:");
        c->phase = length ? SIZED : CHUNKED;
        c->left = length ? strtoul(length + 15, NULL, 10) : 0;
        drop(c, head);
        return true;
    }
    if (c->phase == SIZED) {
        // Answers fit into the buffer; waiting for the whole of one lets its usage be read.
        if (c->used < c->left) return false;
        count_events(c, c->buffer, c->left);
        drop(c, c->left);
        finish(c);
        return c->used > 0;
    }
    char *line = memmem(c->buffer, c->used, "\r\n", 2);
    if (!line) return false;
    size_t size = strtoul(c->buffer, NULL, 16), prefix = (size_t)(line - c->buffer) + 2;
    if (c->used < prefix + size + 2) return false;
    if (size > 0) {
        count_events(c, c->buffer + prefix, size);
        drop(c, prefix + size + 2);
        return true;
    }
    drop(c, prefix + 2);
    finish(c);
    return c->used > 0;
}

static void receive(connection *c) {
    for (;;) {
        if (c->used == BUFFER) {
            fprintf(stderr, "an answer's chunk is longer than %d bytes\n", BUFFER);
            exit(1);
        }
        ssize_t n = read(c->fd, c->buffer + c->used, BUFFER - c->used);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            // A server may close a connection that it kept open after an answer; that is not a failure.
            if (c->status == 0 && c->used == 0) {
                reconnects++;
            } else {
                failures++;
                failed_status = c->status;
            }
            close(c->fd);
            if (!c->idle) busy--;
            if (open_connection(c)) begin(c);
            return;
        }
        c->used += (size_t)n;
        while (step(c)) {}
    }
}

static double percentile(uint64_t *samples, size_t count, double share) {
    if (count == 0) return 0;
    qsort(samples, count, sizeof *samples, ascending);
    size_t index = (size_t)(share * (double)(count - 1));
    return (double)samples[index] / 1000.0;
}

static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(66);
    }
    char *text = malloc(1 << 20);
    *length = fread(text, 1, 1 << 20, file);
    fclose(file);
    return text;
}

static void make_request(const char *key, const char *body_file) {
    size_t body_length;
    char *body = read_file(body_file, &body_length);
    request = malloc(body_length + 1024);
    int head = snprintf(request, 1024,
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer %s\r\n"
        "content-type: application/json\r\ncontent-length: %zu\r\n\r\n", key, body_length);
    memcpy(request + head, body, body_length);
    request_length = (size_t)head + body_length;
    request_number = memmem(request + head, body_length, "########", NUMBER_DIGITS);
}

// Opens as many of the connections as should be open by now; the next one's time decides how long to wait.
static int open_due(connection *all, int opened, int count, uint64_t start, uint64_t ramp) {
    while (opened < count && now() - start >= ramp * (uint64_t)opened / (uint64_t)count) {
        if (!open_connection(&all[opened])) {
            perror("connect");
            exit(1);
        }
        begin(&all[opened++]);
    }
    return opened;
}

static void run(connection *all, int count, uint64_t ramp, uint64_t length) {
    struct epoll_event events[256];
    uint64_t start = now(), end = start + length, limit = end + (uint64_t)(DRAIN_SECONDS * 1e9);
    int opened = 0;
    while ((busy > 0 || !stopping) && now() < limit) {
        if (now() >= end) stopping = true;
        else opened = open_due(all, opened, count, start, ramp);
        int ready = epoll_wait(poll_fd, events, 256, opened < count ? 1 : 20);
        for (int i = 0; i < ready; i++) {
            connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) send_request(c);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(c);
        }
    }
}

static void report(double seconds) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    double cpu = (double)use.ru_utime.tv_sec + (double)use.ru_stime.tv_sec
        + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
    printf("{\"seconds\": %.3f, \"answers\": %llu, \"failures\": %llu, \"failed_status\": %d, \"reconnects\": %llu, "
           "\"unfinished\": %d, \"tokens\": %llu, \"events\": %llu, \"own_cpu_s\": %.3f, ",
        seconds, (unsigned long long)answers, (unsigned long long)failures, failed_status,
        (unsigned long long)reconnects, busy, (unsigned long long)tokens, (unsigned long long)text_events, cpu);
    printf("\"latency_us_p50\": %.1f, \"latency_us_p99\": %.1f, \"first_token_us_p50\": %.1f, "
           "\"first_token_us_p99\": %.1f, \"gap_us_p50\": %.1f, \"gap_us_p99\": %.1f, "
           "\"gap_us_worst\": %.1f, \"began\": %zu}\n",
        percentile(latencies, latency_count, 0.5), percentile(latencies, latency_count, 0.99),
        percentile(first_tokens, first_count, 0.5), percentile(first_tokens, first_count, 0.99),
        percentile(gaps, gap_count, 0.5), percentile(gaps, gap_count, 0.99), percentile(gaps, gap_count, 1.0),
        first_count);
}

int main(int argc, char **argv) {
    if (argc != 7 && argc != 8) {
        fprintf(stderr, "usage: chat_load HOST PORT KEY CONNECTIONS SECONDS BODY_FILE [RAMP_SECONDS]\n");
        return 64;
    }
    int count = atoi(argv[4]);
    if (count < 1 || count > MAX_CONNECTIONS) {
        fprintf(stderr, "CONNECTIONS is 1 to %d\n", MAX_CONNECTIONS);
        return 64;
    }
    make_request(argv[3], argv[6]);
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) {
        fprintf(stderr, "HOST is an IPv4 address\n");
        return 64;
    }
    latencies = malloc(MAX_SAMPLES * sizeof(uint64_t));
    first_tokens = malloc(MAX_SAMPLES * sizeof(uint64_t));
    gaps = malloc(MAX_SAMPLES * sizeof(uint64_t));
    poll_fd = epoll_create1(0);
    connection *all = calloc((size_t)count, sizeof *all);
    uint64_t start = now();
    run(all, count, argc == 8 ? (uint64_t)(atof(argv[7]) * 1e9) : 0, (uint64_t)(atof(argv[5]) * 1e9));
    report((double)(now() - start) / 1e9);
    return 0;
}
