// SPDX-License-Identifier: Apache-2.0
//
// A chat server that behaves as one GPU worker with a prefix cache, and computes nothing: what stands behind the
// routers that `make bench ONLY=fleet` compares. A prompt's time is that of the bytes its cache does not hold; words
// come at a set pace; so many answers run at once and the rest wait in line. One thread, epoll, loopback only.
//
// usage: fleet_mock PORT CACHE_KIB PREFILL_US_PER_KIB FIRST_US TOKEN_US TOKENS PLACES serial|parallel
//
// The cache (block_cache.h) knows prompts by the bytes of their `messages` array and counts a prompt as held from when
// its reading begins. `serial`: prompts are read one after another, as by one engine; `parallel`: each in its own time,
// as if the others were not there.
//
// GET /stats tells the counts, /metrics the load under vLLM's names. A token is four bytes in all that is told.

#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "block_cache.h"
#include "clock.h"

enum { TEXT_BYTES = 1024, TOKEN_BYTES = 4 };

typedef enum { IDLE, WAITING, RUNNING } state;

typedef struct connection {
    int fd;
    state state;
    bool streams;
    int said;                              // words sent of the running answer
    uint64_t due;                          // when the next word is to leave
    size_t prompt_at, prompt_bytes;        // where the messages stand in the request
    size_t request_bytes;                  // head and body
    size_t hit_bytes;
    struct connection *before, *after;     // in the line of those who wait, or among those that run
    size_t used;
    char request[REQUEST_BYTES];
} connection;

typedef struct {
    connection *first, *last;
    int count;
} line;

static struct { uint64_t requests, answers, prompt_bytes, hit_bytes; int most_running, most_waiting; } total;
static uint64_t prefill_ns_per_kib, first_ns, word_ns, engine_free;
static int words, places, poll_fd;
static bool serial;
static line waiting, running;

#include "mock_server.h"

// Lines.

static void append(line *l, connection *c) {
    c->before = l->last;
    c->after = NULL;
    if (l->last) l->last->after = c;
    else l->first = c;
    l->last = c;
    l->count++;
}

static void leave(line *l, connection *c) {
    if (c->before) c->before->after = c->after;
    else l->first = c->after;
    if (c->after) c->after->before = c->before;
    else l->last = c->before;
    l->count--;
}

// Gives free places to those who wait longest.
static void admit(void) {
    while (waiting.first && running.count < places) {
        connection *c = waiting.first;
        leave(&waiting, c);
        c->hit_bytes = read_prompt(c->request + c->prompt_at, c->prompt_bytes);
        total.prompt_bytes += c->prompt_bytes;
        total.hit_bytes += c->hit_bytes;
        uint64_t t = now(), reading = (c->prompt_bytes - c->hit_bytes) * prefill_ns_per_kib / 1024;
        if (serial) {
            engine_free = (engine_free > t ? engine_free : t) + reading;
            c->due = engine_free + first_ns;
        } else {
            c->due = t + reading + first_ns;
        }
        c->state = RUNNING;
        append(&running, c);
        if (running.count > total.most_running) total.most_running = running.count;
    }
}

// Takes it out of its line. The caller admits others.
static void stop(connection *c) {
    if (c->state == WAITING) leave(&waiting, c);
    if (c->state == RUNNING) leave(&running, c);
    c->state = IDLE;
}

static void hang_up(connection *c) {
    stop(c);
    close(c->fd);
    free(c);
}

// What is said.

// A reader so slow that a few hundred octets do not fit its socket is not one to measure with.
static bool say(connection *c, const char *text, size_t length) {
    return send(c->fd, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool say_whole(connection *c, const char *status, const char *type, const char *body) {
    char text[4 * TEXT_BYTES];
    int length = snprintf(text, sizeof text, "HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %zu\r\n\r\n%s",
        status, type, strlen(body), body);
    return say(c, text, (size_t)length);
}

static bool say_chunk(connection *c, const char *opening, const char *event) {
    char text[2 * TEXT_BYTES];
    int length = snprintf(text, sizeof text, "%s%zx\r\n%s\r\n", opening, strlen(event), event);
    return say(c, text, (size_t)length);
}

#define CHUNK \
    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"mock\",\"choices\":["

static void write_usage(const connection *c, char *text, size_t room) {
    size_t prompt = c->prompt_bytes / TOKEN_BYTES;
    snprintf(text, room,
        "\"usage\":{\"prompt_tokens\":%zu,\"completion_tokens\":%d,\"total_tokens\":%zu,"
        "\"prompt_tokens_details\":{\"cached_tokens\":%zu}}",
        prompt, words, prompt + (size_t)words, c->hit_bytes / TOKEN_BYTES);
}

static bool say_answer(connection *c) {
    char usage[TEXT_BYTES / 2], body[TEXT_BYTES];
    write_usage(c, usage, sizeof usage);
    snprintf(body, sizeof body,
        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"mock\",\"choices\":["
        "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a lamp and a keeper by the grey sea\"},"
        "\"finish_reason\":\"stop\"}],%s}", usage);
    return say_whole(c, "200 OK", "application/json", body);
}

static bool say_word(connection *c) {
    static const char *head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    // Letters only: what could be half an address or a number is held back by a moderator until the next word.
    static const char *event = CHUNK "{\"index\":0,\"delta\":{\"content\":\" word\"},\"finish_reason\":null}]}\n\n";
    return say_chunk(c, c->said == 0 ? head : "", event);
}

static bool say_end(connection *c) {
    char usage[TEXT_BYTES / 2], events[2 * TEXT_BYTES];
    write_usage(c, usage, sizeof usage);
    snprintf(events, sizeof events,
        CHUNK "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n" CHUNK "],%s}\n\ndata: [DONE]\n\n", usage);
    return say_chunk(c, "", events) && say(c, "0\r\n\r\n", 5);
}

// Says what is due of one answer. False when it is over.
static bool go_on(connection *c, bool *heard) {
    if (!c->streams) {
        *heard = say_answer(c);
        return false;
    }
    if (c->said < words) {
        *heard = say_word(c);
        c->said++;
        c->due += word_ns;
        return *heard;
    }
    *heard = say_end(c);
    return false;
}

static bool tell(connection *c, const char *path) {
    char body[2 * TEXT_BYTES];
    if (strncmp(path, "/stats", 6) == 0) {
        snprintf(body, sizeof body,
            "{\"requests\": %llu, \"answers\": %llu, \"prompt_bytes\": %llu, \"hit_bytes\": %llu, \"evicted\": %llu, "
            "\"held\": %d, \"capacity\": %d, \"most_running\": %d, \"most_waiting\": %d}\n",
            (unsigned long long)total.requests, (unsigned long long)total.answers,
            (unsigned long long)total.prompt_bytes, (unsigned long long)total.hit_bytes,
            (unsigned long long)evicted, held, capacity, total.most_running, total.most_waiting);
    } else if (strncmp(path, "/metrics", 8) == 0) {
        snprintf(body, sizeof body,
            "vllm:num_requests_running{model_name=\"mock\"} %d\nvllm:num_requests_waiting{model_name=\"mock\"} %d\n",
            running.count, waiting.count);
        return say_whole(c, "200 OK", "text/plain", body);
    } else if (strncmp(path, "/v1/models", 10) == 0) {
        snprintf(body, sizeof body,
            "{\"object\":\"list\",\"data\":[{\"id\":\"mock\",\"object\":\"model\",\"created\":1,\"owned_by\":\"mock\","
            "\"max_model_len\":32768}]}");
    } else if (strstr(path, "_info")) {
        // Routers that were made for SGLang ask it what it is.
        snprintf(body, sizeof body,
            "{\"model_path\":\"mock\",\"served_model_name\":\"mock\",\"is_generation\":true,"
            "\"tp_size\":1,\"dp_size\":1}");
    } else {
        snprintf(body, sizeof body, "{\"status\":\"ok\"}");
    }
    return say_whole(c, "200 OK", "application/json", body);
}

// What comes in.

// The `messages` array: what differs from router to router stands around it.
static void find_prompt(connection *c, size_t body, size_t end) {
    char *at = memmem(c->request + body, end - body, "\"messages\"", 10);
    c->prompt_at = body;
    c->prompt_bytes = end - body;
    if (!at) return;
    bool quoted = false;
    int depth = 0;
    char *first = memchr(at, '[', end - (size_t)(at - c->request)), *p = first;
    for (; p && p < c->request + end; p++) {
        if (quoted) {
            if (*p == '\\') p++;
            else if (*p == '"') quoted = false;
        } else if (*p == '"') quoted = true;
        else if (*p == '[') depth++;
        else if (*p == ']' && --depth == 0) {
            c->prompt_at = (size_t)(first - c->request);
            c->prompt_bytes = (size_t)(p + 1 - first);
            return;
        }
    }
}

static void drop_request(connection *c) {
    memmove(c->request, c->request + c->request_bytes, c->used - c->request_bytes);
    c->used -= c->request_bytes;
    c->request_bytes = 0;
}

// Begins what the buffer holds completely; answers come one at a time on a connection.
static bool begin(connection *c) {
    while (c->state == IDLE) {
        char *end = memmem(c->request, c->used, "\r\n\r\n", 4);
        if (!end) return c->used < REQUEST_BYTES;
        *end = 0;
        char *length = strcasestr(c->request, "\r\ncontent-length:");
        size_t body = (size_t)(end - c->request) + 4, size = body + (length ? strtoul(length + 17, NULL, 10) : 0);
        char path[64] = "", verb[8] = "";
        sscanf(c->request, "%7s %63s", verb, path);
        *end = '\r';
        if (c->used < size) return size <= REQUEST_BYTES;
        c->request_bytes = size;
        if (strcmp(verb, "POST") != 0 || !strstr(path, "/chat/completions")) {
            bool heard = strcmp(verb, "GET") == 0 ? tell(c, path)
                : say_whole(c, "404 Not Found", "application/json", "{\"error\":{\"message\":\"not here\"}}");
            drop_request(c);
            if (!heard) return false;
            continue;
        }
        char *wish = memmem(c->request + body, size - body, "\"stream\"", 8);
        size_t rest = wish ? (size_t)(c->request + size - wish) : 0;
        c->streams = wish && memmem(wish, rest < 16 ? rest : 16, "true", 4) != NULL;
        c->said = 0;
        find_prompt(c, body, size);
        total.requests++;
        c->state = WAITING;
        append(&waiting, c);
        admit();
        if (waiting.count > total.most_waiting) total.most_waiting = waiting.count;
    }
    return true;
}

static void receive(connection *c) {
    for (;;) {
        ssize_t n = recv(c->fd, c->request + c->used, REQUEST_BYTES - c->used, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) return;
        if (n > 0) c->used += (size_t)n;
        if (n <= 0 || !begin(c)) {
            hang_up(c);
            admit();
            return;
        }
    }
}

// Sends what is due; answers with the time until the next word, or none.
static bool speak(uint64_t *wait) {
    uint64_t t = now();
    connection *after;
    for (connection *c = running.first; c; c = after) {
        after = c->after;
        bool heard = true, more = true;
        while (more && c->due <= t) more = go_on(c, &heard);
        if (more) continue;
        if (heard) total.answers++;
        stop(c);
        drop_request(c);
        if (!heard || !begin(c)) hang_up(c);
    }
    admit();
    bool waits = false;
    t = now();
    for (connection *c = running.first; c; c = c->after) {
        uint64_t left = c->due > t ? c->due - t : 0;
        if (!waits || left < *wait) *wait = left;
        waits = true;
    }
    return waits;
}

int main(int argc, char **argv) {
    if (argc != 9) {
        fprintf(stderr, "usage: fleet_mock PORT CACHE_KIB PREFILL_US_PER_KIB FIRST_US TOKEN_US TOKENS PLACES "
                        "serial|parallel\n");
        return 64;
    }
    make_cache(atoi(argv[2]));
    prefill_ns_per_kib = strtoul(argv[3], NULL, 10) * 1000;
    first_ns = strtoul(argv[4], NULL, 10) * 1000;
    word_ns = strtoul(argv[5], NULL, 10) * 1000;
    words = atoi(argv[6]);
    places = atoi(argv[7]);
    serial = strcmp(argv[8], "serial") == 0;
    int listener = listen_on(atoi(argv[1]));
    if (listener < 0) return 1;
    serve(listener);
}
