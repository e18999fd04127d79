// SPDX-License-Identifier: Apache-2.0
//
// A chat server that thinks of nothing: what stands behind the proxies that Parley's chain is compared with, and what
// the load generator is measured against. It answers at once with one fixed completion, or streams words at a set pace.
// One thread, epoll, loopback only.
//
// usage: chat_mock PORT FIRST_TOKEN_US TOKEN_US TOKENS
// FIRST_TOKEN_US is the delay of a stream's first word and of a whole answer, TOKEN_US that of each word after it.

#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

enum { REQUEST_BYTES = 65536, ANSWER_BYTES = 1024 };

typedef struct connection {
    int fd;
    bool streams;
    bool closed;              // the socket is gone; memory goes when its turn in the queue comes
    bool queued;
    size_t used;
    int said;                 // words sent of the running answer
    uint64_t due;             // when the next word is to leave
    struct connection *next;  // behind this one in its queue
    char request[REQUEST_BYTES];
} connection;

// All waits of a kind are equally long, so a queue in order of arrival is one in order of time.
typedef struct {
    connection *first, *last;
} queue;

static queue opening, going_on;
static uint64_t first_delay, word_delay;
static int words, poll_fd;

#include "mock_server.h"

static void append(queue *q, connection *c, uint64_t due) {
    c->due = due;
    c->next = NULL;
    c->queued = true;
    if (q->last) q->last->next = c;
    else q->first = c;
    q->last = c;
}

static connection *take(queue *q) {
    connection *c = q->first;
    q->first = c->next;
    if (!q->first) q->last = NULL;
    c->queued = false;
    return c;
}

static void hang_up(connection *c) {
    if (!c->closed) close(c->fd);
    c->closed = true;
    if (!c->queued) free(c);
}

// A reader so slow that a few hundred octets do not fit its socket is not one to measure with.
static bool say(connection *c, const char *text, size_t length) {
    return send(c->fd, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool say_chunk(connection *c, const char *opening_text, const char *event) {
    char text[ANSWER_BYTES];
    int length = snprintf(text, sizeof text, "%s%zx\r\n%s\r\n", opening_text, strlen(event), event);
    return say(c, text, (size_t)length);
}

static bool answer_whole(connection *c) {
    char body[ANSWER_BYTES], text[2 * ANSWER_BYTES];
    int size = snprintf(body, sizeof body,
        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"mock\",\"choices\":["
        "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a lamp and a keeper by the grey sea\"},"
        "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":%d,\"total_tokens\":%d}}",
        words, words + 12);
    int length = snprintf(text, sizeof text,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", size, body);
    return say(c, text, (size_t)length);
}

// Says one word, or the end after the last; false when the answer is complete or nobody listens.
static bool say_next(connection *c) {
    static const char *head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    char event[ANSWER_BYTES];
    snprintf(event, sizeof event,
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"mock\","
        "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word%d\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n",
        c->said);
    bool heard = say_chunk(c, c->said == 0 ? head : "", event);
    if (heard && ++c->said < words) return true;
    if (heard) {
        snprintf(event, sizeof event,
            "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":"
            "{\"prompt_tokens\":12,\"completion_tokens\":%d,\"total_tokens\":%d}}\n\ndata: [DONE]\n\n",
            words, words + 12);
        heard = say_chunk(c, "", event) && say(c, "0\r\n\r\n", 5);
    }
    if (!heard) hang_up(c);
    return false;
}

// Begins what the buffer holds completely; answers come one at a time on a connection.
static bool begin(connection *c) {
    char *end = memmem(c->request, c->used, "\r\n\r\n", 4);
    if (!end) return true;
    *end = 0;
    char *length = strcasestr(c->request, "\r\ncontent-length:");
    size_t total = (size_t)(end - c->request) + 4 + (length ? strtoul(length + 17, NULL, 10) : 0);
    *end = '\r';
    if (c->used < total) return total < REQUEST_BYTES;
    char *wish = memmem(c->request, total, "\"stream\"", 8);
    c->streams = wish && memmem(wish, total - (size_t)(wish - c->request), "true", 4) != NULL;
    memmove(c->request, c->request + total, c->used - total);
    c->used -= total;
    c->said = 0;
    if (!c->streams && first_delay == 0) return answer_whole(c);
    append(&opening, c, now() + first_delay);
    return true;
}

static void receive(connection *c) {
    for (;;) {
        ssize_t n = recv(c->fd, c->request + c->used, REQUEST_BYTES - c->used, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            hang_up(c);
            return;
        }
        c->used += (size_t)n;
        if (!c->queued && !begin(c)) {
            hang_up(c);
            return;
        }
    }
}

// Sends what is due; answers with the time until the next word, or none.
static bool speak(uint64_t *wait) {
    uint64_t t = now();
    queue *queues[] = {&opening, &going_on};
    bool waits = false;
    for (int i = 0; i < 2; i++) {
        while (queues[i]->first && queues[i]->first->due <= t) {
            connection *c = take(queues[i]);
            if (c->closed) free(c);
            else if (!c->streams) {
                if (!answer_whole(c)) hang_up(c);
            } else if (say_next(c)) append(&going_on, c, c->due + word_delay);
        }
    }
    t = now();
    for (int i = 0; i < 2; i++) {
        if (!queues[i]->first) continue;
        uint64_t due = queues[i]->first->due, left = due > t ? due - t : 0;
        if (!waits || left < *wait) *wait = left;
        waits = true;
    }
    return waits;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: chat_mock PORT FIRST_TOKEN_US TOKEN_US TOKENS\n");
        return 64;
    }
    first_delay = strtoul(argv[2], NULL, 10) * 1000;
    word_delay = strtoul(argv[3], NULL, 10) * 1000;
    words = atoi(argv[4]);
    int listener = listen_on(atoi(argv[1]));
    if (listener < 0) return 1;
    serve(listener);
}
