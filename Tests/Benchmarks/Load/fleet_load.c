// SPDX-License-Identifier: Apache-2.0
//
// An open-loop load generator for the chat API over plain HTTP/1.1 on loopback: questions leave when a Poisson process
// says so, however many are under way, and their times count from that moment, so that a server which falls behind
// cannot slow down those who ask. Every question belongs to a group: its prompt is the group's text and a tail that no
// other has. One thread, epoll.
//
// usage: fleet_load HOST PORT KEY MODEL RATE SECONDS GROUPS SHARED_KIB TAIL_KIB TEXT_SEED DRAW_SEED
// TEXT_SEED decides what the groups' texts say, DRAW_SEED the times, the choice of groups and the tails: equal seeds
// are equal loads. After SECONDS nothing new begins; what runs may end. Prints one JSON object, times in microseconds.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
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

enum { MAX_CONNECTIONS = 4096, BUFFER = 65536, MAX_SAMPLES = 1000000, HEAD_BYTES = 1024, KIB = 1024 };

#include "samples.h"

// How long answers may take to end after the time is up; one that has not ended then has failed.
static const double DRAIN_SECONDS = 20;

typedef enum { HEAD, SIZED, CHUNKED } phase;

typedef struct connection {
    int fd;
    phase phase;
    int status;
    bool busy, heard;
    char *request;                // room for one, made once
    size_t length, sent, left, used;
    uint64_t asked;               // when it should have left
    struct connection *next_free;
    char buffer[BUFFER];
} connection;

static const char *key, *model, *host;
static int group_count, poll_fd, opened, busy_count, most_busy;
static size_t shared_bytes, tail_bytes;
static char **group_texts;
static connection *all, *free_list;
static uint64_t *first_tokens, *latencies, *delays;
static size_t first_count, latency_count, delay_count;
static uint64_t draw, scheduled, answers, failures;
static int failed_status;
static struct sockaddr_in address;

// splitmix64.
static uint64_t random_bits(uint64_t *seed) {
    uint64_t z = *seed += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static double random_share(void) { return (double)(random_bits(&draw) >> 11) / 9007199254740992.0; }

// Words that mean nothing and offend nobody, two to four syllables each.
static void write_words(char *text, size_t length, uint64_t *seed) {
    static const char *syllables[] = {
        "ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "za"};
    size_t used = 0;
    while (used < length) {
        uint64_t bits = random_bits(seed);
        int count = 2 + (int)(bits & 1) + (int)(bits >> 1 & 1);
        for (int i = 0; i < count && used < length; i++) {
            const char *syllable = syllables[bits >> (8 + 4 * i) & 15];
            text[used++] = syllable[0];
            if (used < length) text[used++] = syllable[1];
        }
        if (used < length) text[used++] = ' ';
    }
}

static void make_groups(uint64_t text_seed) {
    group_texts = malloc((size_t)group_count * sizeof *group_texts);
    for (int i = 0; i < group_count; i++) {
        uint64_t seed = text_seed * 1000003u + (uint64_t)i;
        group_texts[i] = malloc(shared_bytes);
        write_words(group_texts[i], shared_bytes, &seed);
    }
}

static void write_request(connection *c) {
    static const char *end = "\"}]}";
    char body[512];
    int opening = snprintf(body, sizeof body,
        "{\"model\":\"%s\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":64,"
        "\"messages\":[{\"role\":\"user\",\"content\":\"", model);
    size_t size = (size_t)opening + shared_bytes + tail_bytes + strlen(end);
    int head = snprintf(c->request, HEAD_BYTES,
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer %s\r\n"
        "content-type: application/json\r\ncontent-length: %zu\r\n\r\n", key, size);
    char *at = c->request + head;
    memcpy(at, body, (size_t)opening);
    at += opening;
    memcpy(at, group_texts[random_bits(&draw) % (uint64_t)group_count], shared_bytes);
    at += shared_bytes;
    write_words(at, tail_bytes, &draw);
    memcpy(at + tail_bytes, end, strlen(end));
    c->length = (size_t)head + size;
}

static void arm(connection *c, bool write) {
    struct epoll_event event = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(poll_fd, EPOLL_CTL_MOD, c->fd, &event);
}

static void send_request(connection *c) {
    while (c->sent < c->length) {
        ssize_t n = send(c->fd, c->request + c->sent, c->length - c->sent, MSG_NOSIGNAL);
        if (n <= 0) {
            if (n < 0 && errno == EAGAIN) arm(c, true);
            return;
        }
        c->sent += (size_t)n;
    }
    arm(c, false);
}

static bool connect_to_server(connection *c) {
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0) return false;
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &event);
    return true;
}

// A connection that is free, or a new one; NULL when there are as many as there may be.
static connection *take_connection(void) {
    connection *c = free_list;
    if (c) {
        free_list = c->next_free;
        return c;
    }
    if (opened == MAX_CONNECTIONS) return NULL;
    c = &all[opened++];
    c->request = malloc(HEAD_BYTES + 512 + shared_bytes + tail_bytes);
    if (!connect_to_server(c)) {
        perror("connect");
        exit(1);
    }
    return c;
}

static void ask(connection *c, uint64_t due) {
    c->phase = HEAD;
    c->status = 0;
    c->sent = c->used = c->left = 0;
    c->heard = false;
    c->busy = true;
    c->asked = due;
    if (++busy_count > most_busy) most_busy = busy_count;
    write_request(c);
    keep(delays, &delay_count, now() - due);
    send_request(c);
}

static void finish(connection *c, bool whole) {
    if (whole && c->status == 200 && c->heard) {
        answers++;
        keep(latencies, &latency_count, now() - c->asked);
    } else {
        failures++;
        failed_status = c->status;
    }
    c->busy = false;
    busy_count--;
    c->next_free = free_list;
    free_list = c;
}

// The first chunk may say only who speaks, with an empty text: no token yet.
static void look_for_text(connection *c, const char *data, size_t length) {
    const char *end = data + length, *at = data;
    while (!c->heard && (at = memmem(at, (size_t)(end - at), "\"content\":\"", 11)) != NULL) {
        at += 11;
        if (at == end || *at == '"') continue;
        c->heard = true;
        keep(first_tokens, &first_count, now() - c->asked);
    }
}

static void drop(connection *c, size_t count) {
    memmove(c->buffer, c->buffer + count, c->used - count);
    c->used -= count;
}

// Takes what is complete out of the buffer; false when more bytes are needed or the answer is over.
static bool step(connection *c) {
    if (c->phase == HEAD) {
        char *end = memmem(c->buffer, c->used, "\r\n\r\n", 4);
        if (!end) return false;
        size_t head = (size_t)(end - c->buffer) + 4;
        *end = 0;
        c->status = atoi(c->buffer + 9);
        char *length = strcasestr(c->buffer, "content-length:");
        c->phase = length ? SIZED : CHUNKED;
        c->left = length ? strtoul(length + 15, NULL, 10) : 0;
        drop(c, head);
        return true;
    }
    if (c->phase == SIZED) {
        if (c->used < c->left) return false;
        drop(c, c->left);
        finish(c, true);
        return false;
    }
    char *line = memmem(c->buffer, c->used, "\r\n", 2);
    if (!line) return false;
    size_t size = strtoul(c->buffer, NULL, 16), prefix = (size_t)(line - c->buffer) + 2;
    if (c->used < prefix + size + 2) return false;
    if (size > 0) look_for_text(c, c->buffer + prefix, size);
    drop(c, prefix + size + 2);
    if (size == 0) finish(c, true);
    return size > 0;
}

static void receive(connection *c) {
    for (;;) {
        ssize_t n = c->used < BUFFER ? read(c->fd, c->buffer + c->used, BUFFER - c->used) : 0;
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            // A server may close a connection that rests; a question that was under way is lost.
            close(c->fd);
            if (c->busy) finish(c, false);
            if (!connect_to_server(c)) {
                perror("connect");
                exit(1);
            }
            return;
        }
        c->used += (size_t)n;
        while (c->busy && step(c)) {}
        if (!c->busy) c->used = 0;
    }
}

static void wait_for_events(uint64_t until) {
    struct epoll_event events[256];
    uint64_t t = now(), left = until > t ? until - t : 0;
    struct timespec limit = {.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};
    int ready = epoll_pwait2(poll_fd, events, 256, &limit, NULL);
    for (int i = 0; i < ready; i++) {
        connection *c = events[i].data.ptr;
        if (events[i].events & EPOLLOUT) send_request(c);
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(c);
    }
}

static void run(double rate, double seconds) {
    uint64_t start = now(), end = start + (uint64_t)(seconds * 1e9), limit = end + (uint64_t)(DRAIN_SECONDS * 1e9);
    uint64_t due = start + (uint64_t)(-log(1 - random_share()) / rate * 1e9);
    while (due < end) {
        connection *c = now() >= due ? take_connection() : NULL;
        if (c) {
            scheduled++;
            ask(c, due);
            due += (uint64_t)(-log(1 - random_share()) / rate * 1e9);
        }
        // With every connection busy the next one leaves late, and its time counts.
        uint64_t t = now();
        wait_for_events(due > t ? due : c ? t : t + 1000000);
    }
    while (busy_count > 0 && now() < limit) wait_for_events(limit);
    failures += (uint64_t)busy_count;
}

static void print_percentiles(const char *name, uint64_t *samples, size_t count) {
    qsort(samples, count, sizeof *samples, ascending);
    static const struct { const char *word; double share; } wanted[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}};
    for (int i = 0; i < 3; i++) {
        double value = count ? (double)samples[(size_t)(wanted[i].share * (double)(count - 1) + 0.5)] / 1000 : 0;
        printf("\"%s_us_%s\": %.1f, ", name, wanted[i].word, value);
    }
}

static void report(double seconds) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    double cpu = (double)use.ru_utime.tv_sec + (double)use.ru_stime.tv_sec
        + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
    printf("{");
    print_percentiles("first_token", first_tokens, first_count);
    print_percentiles("latency", latencies, latency_count);
    print_percentiles("own_delay", delays, delay_count);
    printf("\"seconds\": %.3f, \"asked\": %llu, \"answers\": %llu, \"failures\": %llu, \"failed_status\": %d, "
           "\"most_at_once\": %d, \"own_cpu_s\": %.3f}\n",
        seconds, (unsigned long long)scheduled, (unsigned long long)answers, (unsigned long long)failures,
        failed_status, most_busy, cpu);
}

int main(int argc, char **argv) {
    if (argc != 12) {
        fprintf(stderr, "usage: fleet_load HOST PORT KEY MODEL RATE SECONDS GROUPS SHARED_KIB TAIL_KIB TEXT_SEED "
                        "DRAW_SEED\n");
        return 64;
    }
    host = argv[1];
    key = argv[3];
    model = argv[4];
    group_count = atoi(argv[7]);
    shared_bytes = strtoul(argv[8], NULL, 10) * KIB;
    tail_bytes = strtoul(argv[9], NULL, 10) * KIB;
    draw = strtoull(argv[11], NULL, 10);
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    if (group_count < 1 || atof(argv[5]) <= 0 || inet_pton(AF_INET, host, &address.sin_addr) != 1) {
        fprintf(stderr, "HOST is an IPv4 address, RATE and GROUPS are more than zero\n");
        return 64;
    }
    make_groups(strtoull(argv[10], NULL, 10));
    all = calloc(MAX_CONNECTIONS, sizeof *all);
    first_tokens = malloc(MAX_SAMPLES * sizeof(uint64_t));
    latencies = malloc(MAX_SAMPLES * sizeof(uint64_t));
    delays = malloc(MAX_SAMPLES * sizeof(uint64_t));
    poll_fd = epoll_create1(0);
    uint64_t start = now();
    run(atof(argv[5]), atof(argv[6]));
    report((double)(now() - start) / 1e9);
    return 0;
}
