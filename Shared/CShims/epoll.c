#define _GNU_SOURCE
#include "epoll_shim.h"

#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* More than a pool has connections; the rest is reported by the next wait. */
enum { LONGEST_BATCH = 64 };

int parley_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int parley_epoll_watch(int epoll, int fd, uint32_t events, uint64_t token) {
    struct epoll_event event = {0};
    if (events & PARLEY_READABLE) event.events |= EPOLLIN | EPOLLRDHUP;
    if (events & PARLEY_WRITABLE) event.events |= EPOLLOUT;
    event.data.u64 = token;
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
    if (errno != ENOENT) return -1;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int parley_epoll_forget(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); }

int parley_epoll_wait(int epoll, parley_readiness *out, int capacity, int timeout_ms) {
    struct epoll_event events[LONGEST_BATCH];
    if (capacity > LONGEST_BATCH) capacity = LONGEST_BATCH;
    int count = epoll_wait(epoll, events, capacity, timeout_ms);
    if (count < 0) return errno == EINTR ? 0 : -1;
    for (int i = 0; i < count; i++) {
        uint32_t seen = 0;
        if (events[i].events & (EPOLLIN | EPOLLRDHUP)) seen |= PARLEY_READABLE;
        if (events[i].events & EPOLLOUT) seen |= PARLEY_WRITABLE;
        if (events[i].events & (EPOLLERR | EPOLLHUP)) seen |= PARLEY_BROKEN;
        out[i].token = events[i].data.u64;
        out[i].events = seen;
    }
    return count;
}

int parley_wakeup_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void parley_wakeup_signal(int fd) {
    uint64_t one = 1;
    /* Fails only when the counter is full, and then the waiter is about to wake anyway. */
    ssize_t ignored = write(fd, &one, sizeof one);
    (void)ignored;
}

void parley_wakeup_drain(int fd) {
    uint64_t count;
    /* Fails only when nothing was signalled, which is what draining wants. */
    ssize_t ignored = read(fd, &count, sizeof count);
    (void)ignored;
}

void parley_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
void parley_close(int fd) { close(fd); }
