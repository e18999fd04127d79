// SPDX-License-Identifier: Apache-2.0

// For builds under the thread sanitizer alone; empty in all others. Of a `Mutex` the sanitizer sees the quick way, which
// is compiled into its user; the slow one, taken when two threads want the lock at once, is inside the Synchronization
// library and passes the lock through the kernel. So whatever a fought-over lock protects looked like a race. These two
// stand in the executable before the library's functions of the same names, call them, and tell the order they make
// (Docs/Decisions/0065).

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT_CALL __attribute__((swiftcall))
#define SWIFT_SELF __attribute__((swift_context))

typedef SWIFT_CALL void lock_slow(uint32_t thread, SWIFT_SELF void *handle);
typedef SWIFT_CALL void unlock_slow(SWIFT_SELF void *handle);

void __tsan_acquire(void *);
void __tsan_release(void *);

SWIFT_CALL void parley_lock_slow(uint32_t thread, SWIFT_SELF void *handle) __asm__(LOCK);
SWIFT_CALL void parley_unlock_slow(SWIFT_SELF void *handle) __asm__(UNLOCK);

SWIFT_CALL void parley_lock_slow(uint32_t thread, SWIFT_SELF void *handle) {
    ((lock_slow *)dlsym(RTLD_NEXT, LOCK))(thread, handle);
    __tsan_acquire(handle);
}

SWIFT_CALL void parley_unlock_slow(SWIFT_SELF void *handle) {
    __tsan_release(handle);
    ((unlock_slow *)dlsym(RTLD_NEXT, UNLOCK))(handle);
}

#endif
#endif
