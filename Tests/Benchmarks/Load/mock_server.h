// SPDX-License-Identifier: Apache-2.0
//
// The socket side of a mock: one thread that waits for whichever comes first, an octet or the time of the next word. Who
// includes it has said what a `connection` is, with its `fd`, and has `poll_fd`, `speak` and `receive`.

#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

static bool speak(uint64_t *wait);
static void receive(connection *c);

// A listener on the loopback; -1, and said why, where there is none.
static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 4096) == 0) return listener;
    perror("listen");
    return -1;
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
    }
}

static void serve(int listener) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
    poll_fd = epoll_create1(0);
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        uint64_t wait = 0;
        bool waits = speak(&wait);
        struct timespec limit = {.tv_sec = (time_t)(wait / 1000000000u), .tv_nsec = (long)(wait % 1000000000u)};
        int ready = epoll_pwait2(poll_fd, events, 256, waits ? &limit : NULL, NULL);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr == NULL) accept_all(listener);
            else receive(events[i].data.ptr);
        }
    }
}
