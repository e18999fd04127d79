// SPDX-License-Identifier: Apache-2.0
// What it costs to read streamed answers with libcurl's multi interface: curl_streams URL STREAMS ROUNDS
// cc -O2 -o curl_streams curl_streams.c /usr/lib/x86_64-linux-gnu/libcurl.so.4
// The few declarations stand here, so that no development package is needed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef void CURL;
typedef void CURLM;
typedef struct { int msg; CURL *easy; union { void *whatever; int result; } data; } CURLMsg;
extern int curl_global_init(long);
extern CURL *curl_easy_init(void);
extern int curl_easy_setopt(CURL *, int, ...);
extern int curl_easy_getinfo(CURL *, int, ...);
extern CURLM *curl_multi_init(void);
extern int curl_multi_add_handle(CURLM *, CURL *), curl_multi_remove_handle(CURLM *, CURL *);
extern int curl_multi_perform(CURLM *, int *), curl_multi_poll(CURLM *, void *, unsigned, int, int *);
extern CURLMsg *curl_multi_info_read(CURLM *, int *);
extern void *curl_slist_append(void *, const char *);
enum { URL = 10002, WRITEDATA = 10001, WRITEFUNCTION = 20011, POSTFIELDS = 10015, HTTPHEADER = 10023, PRIVATE = 10103 };
enum { INFO_PRIVATE = 0x100000 + 21 };

static long chunks;

// One call for each chunk of the body: what a reader of events would begin with.
static size_t take(char *bytes, size_t size, size_t count, void *unused) {
    (void)unused;
    for (size_t at = 0; at + 6 <= size * count; at++)
        if (!memcmp(bytes + at, "data: ", 6)) chunks++;
    return size * count;
}

static double spent(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1e6 * (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

int main(int count, char **words) {
    if (count != 4) return 2;
    char url[512];
    snprintf(url, sizeof url, "%s/v1/chat/completions", words[1]);
    long streams = atol(words[2]), rounds = atol(words[3]), left = streams;
    curl_global_init(3);
    CURLM *multi = curl_multi_init();
    void *headers = curl_slist_append(NULL, "content-type: application/json");
    double before = spent();
    for (long i = 0; i < streams; i++) {
        CURL *easy = curl_easy_init();
        curl_easy_setopt(easy, URL, url);
        curl_easy_setopt(easy, HTTPHEADER, headers);
        curl_easy_setopt(
            easy, POSTFIELDS, "{\"model\":\"mock\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]}");
        curl_easy_setopt(easy, WRITEFUNCTION, take);
        curl_easy_setopt(easy, PRIVATE, (void *)rounds);
        curl_multi_add_handle(multi, easy);
    }
    while (left > 0) {
        int running, queued;
        curl_multi_perform(multi, &running);
        CURLMsg *said;
        while ((said = curl_multi_info_read(multi, &queued))) {
            CURL *easy = said->easy;
            if (said->data.result) return 1;
            void *todo;
            curl_easy_getinfo(easy, INFO_PRIVATE, &todo);
            curl_multi_remove_handle(multi, easy);
            if ((long)todo <= 1) { left--; continue; }
            curl_easy_setopt(easy, PRIVATE, (void *)((long)todo - 1));
            curl_multi_add_handle(multi, easy);
        }
        if (left > 0) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    double all = spent() - before;
    printf("{\"answers\": %ld, \"chunks\": %ld, \"us_per_answer\": %.1f, \"us_per_chunk\": %.2f}\n", streams * rounds,
           chunks, all / (streams * rounds), all / chunks);
    return 0;
}
