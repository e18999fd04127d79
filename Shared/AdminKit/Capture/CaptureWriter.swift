// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import Primitives
import Synchronization
import Transport

/// Writes a connection's octets to a file that only its owner may read.
///
/// Writes on the connection's loop and waits for the disk there: a tool that makes one call may.
final class CaptureWriter: WireTap {
    private struct State {
        var written: Int
        /// Why no more is written.
        var cut: String?
    }
    private let descriptor: Int32
    private let limit: Int
    private let started: (wall: UInt64, clock: MonotonicInstant)
    private let state: Mutex<State>

    /// - Throws: For a file that is there already, whatever it holds, and one that cannot be made.
    init(_ path: String, limit: Int = CaptureFormat.largestFile) throws(CaptureFailure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else {
                throw CaptureFailure("The capture \(path) cannot be made: \(String(cString: strerror(errno))).")
            }
            throw CaptureFailure("\(path) is there already; a capture is never written over another file.")
        }
        self.limit = limit
        let time = SystemTime()
        started = (UInt64(clamping: time.timestamp().microseconds), time.now())
        state = Mutex(State(written: 0, cut: nil))
        state.withLock { put(CaptureFormat.magic, &$0) }
    }

    deinit { close(descriptor) }

    func connected() { keep(.connection, [UInt8]()[...]) }
    func sent(_ bytes: ByteBuffer) { keep(.toServer, bytes) }
    func received(_ bytes: ByteBuffer) { keep(.fromServer, bytes) }

    /// What to tell whoever asked for the capture; nil when it is whole.
    var note: String? { state.withLock(\.cut).map { "The capture is cut: \($0)." } }

    private func keep(_ kind: CaptureRecord.Kind, _ bytes: ByteBuffer) {
        var rest = Array(bytes.readableBytesView)[...]
        while !rest.isEmpty {
            keep(kind, rest.prefix(CaptureFormat.largestRecord))
            rest = rest.dropFirst(CaptureFormat.largestRecord)
        }
    }

    private func keep(_ kind: CaptureRecord.Kind, _ octets: ArraySlice<UInt8>) {
        let passed = UInt64(clamping: (SystemTime().now() - started.clock).nanoseconds / 1_000)
        let record = CaptureRecord(microseconds: started.wall + passed, kind: kind, octets: Array(octets)).bytes
        state.withLock { put(record, &$0) }
    }

    /// All of it or nothing, as far as the disk goes along: a record that would pass the limit ends the capture.
    private func put(_ bytes: [UInt8], _ state: inout State) {
        guard state.cut == nil else { return }
        guard state.written + bytes.count <= limit else {
            state.cut = "it has reached \(limit) octets, and the call went on without it"
            return
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                state.cut = "it cannot be written (\(String(cString: strerror(errno))))"
                return
            }
            rest = rest.dropFirst(count)
            state.written += count
        }
    }
}
