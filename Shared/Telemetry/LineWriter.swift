// SPDX-License-Identifier: Apache-2.0

import Glibc
import Primitives

/// Writes lines to a descriptor on a thread of its own, so that no event loop ever waits for a pipe's reader.
///
/// Lines wait in one buffer of bounded size. When the reader is slower than we are for so long that the buffer fills
/// up, further lines are dropped and counted, and the count is written once there is room: a service that stops
/// answering because its log is slow is worse than a gap in the log that names its size.
///
/// `@unchecked Sendable`: every mutable property is touched only with `lock` held; the rest is constant.
package final class LineWriter: @unchecked Sendable {
    /// Two seconds of a thousand access lines at four kilobytes each.
    package static let maximumPendingBytes = 8 << 20
    /// How long the thread lets lines gather before it writes them: one wake-up and one write serve all of them.
    private static let gatherMicroseconds: UInt32 = 2_000

    private let descriptor: Int32
    private let maximumPending: Int
    /// Makes the line that tells how many lines were dropped.
    private let dropNotice: @Sendable (Int) -> [UInt8]
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var pending: [UInt8] = []
    private var isWriting = false
    private var isClosed = false
    private var hasEnded = false
    private var unreportedDrops = 0
    private var drops = 0

    package init(
        descriptor: Int32, maximumPending: Int = maximumPendingBytes,
        dropNotice: @escaping @Sendable (Int) -> [UInt8] = { _ in [] }
    ) {
        self.descriptor = descriptor
        self.maximumPending = maximumPending
        self.dropNotice = dropNotice
        lock = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(changed)
        lock.deallocate()
        changed.deallocate()
    }

    /// Starts the thread. It keeps the writer alive until `close()`.
    /// - Returns: false when the system has no thread to give.
    package func start() -> Bool {
        var thread = pthread_t()
        let writer = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<LineWriter>.fromOpaque(raw).takeRetainedValue().writeUntilClosed()
                return nil
            }, writer.toOpaque())
        guard result == 0 else {
            writer.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// Takes a line, its end included, or drops it when the buffer is full. Never waits for the descriptor.
    package func append(_ line: [UInt8]) {
        locked {
            if isClosed || pending.count + line.count > maximumPending {
                drops += 1
                unreportedDrops += 1
                return
            }
            let wasEmpty = pending.isEmpty
            pending.append(contentsOf: line)
            if wasEmpty { pthread_cond_broadcast(changed) }
        }
    }

    /// Lines dropped since the start.
    package var droppedLines: Int { locked { drops } }

    /// Waits until everything taken so far is written, at most this long. For the end of a process only: it blocks.
    package func flush(within limit: Duration) {
        let clock = SystemTime()
        let deadline = Deadline.after(limit, from: clock.now())
        while locked({ (!pending.isEmpty || isWriting) && !hasEnded }), !deadline.hasPassed(at: clock.now()) {
            usleep(Self.gatherMicroseconds)
        }
    }

    /// Writes what is left and ends the thread; later lines are dropped.
    package func close(within limit: Duration = .seconds(2)) {
        locked {
            isClosed = true
            pthread_cond_broadcast(changed)
        }
        flush(within: limit)
    }

    // MARK: The thread

    private func writeUntilClosed() {
        while let bytes = nextBatch() {
            let isWritten = Self.writeAll(bytes, to: descriptor)
            locked {
                isWriting = false
                // A reader that is gone stays gone. Going on would only fill the buffer again and again.
                if !isWritten { isClosed = true }
            }
            if !isWritten { break }
        }
        locked { hasEnded = true }
    }

    /// Waits for lines; nil once closed and empty.
    private func nextBatch() -> [UInt8]? {
        let mayGather = locked {
            while pending.isEmpty, !isClosed { pthread_cond_wait(changed, lock) }
            return !isClosed
        }
        if mayGather { usleep(Self.gatherMicroseconds) }
        return locked {
            if pending.isEmpty { return nil }
            var batch: [UInt8] = []
            swap(&batch, &pending)
            if unreportedDrops > 0 {
                batch.append(contentsOf: dropNotice(unreportedDrops))
                unreportedDrops = 0
            }
            isWriting = true
            return batch
        }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }

    private func locked<R>(_ body: () -> R) -> R {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body()
    }
}
