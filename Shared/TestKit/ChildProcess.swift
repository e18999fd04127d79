// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Programs that a test runs. Everything here blocks.
package enum ChildProcess {
    /// Runs a program to its end and returns what it wrote, on either stream.
    /// - Throws: when it cannot be started or ends badly; the failure holds its output.
    @discardableResult
    package static func run(
        _ arguments: [String], environment: [String: String] = [:], folder: String? = nil
    ) throws -> String {
        let (reader, writer) = try pipe()
        defer { close(reader) }
        let child: Int32
        do {
            defer { close(writer) }
            child = try spawn(arguments, environment: environment, folder: folder, input: nil, output: writer)
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while case let count = read(reader, &chunk, chunk.count), count > 0 { bytes += chunk.prefix(count) }
        let text = String(decoding: bytes, as: UTF8.self)
        let status = wait(for: child)
        guard status == 0 else { throw TestKitFailure("\(arguments.joined(separator: " ")): \(status)\n\(text)") }
        return text
    }

    /// Held while descriptors are made and while children start: a child that inherits another's pipe keeps it open,
    /// and Glibc's Swift module has no pipe2 to make it close itself from the beginning.
    private static let spawning = Mutex<Void>(())

    /// A pipe that children do not inherit: its reading end, its writing end.
    static func pipe() throws -> (reader: Int32, writer: Int32) {
        try spawning.withLock { _ in
            var ends: [Int32] = [0, 0]
            guard Glibc.pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
                throw TestKitFailure("the system gave no pipe")
            }
            return (ends[0], ends[1])
        }
    }

    /// Starts a program. `input` and `output` become its standard streams; without an input it reads nothing.
    static func spawn(
        _ arguments: [String], environment: [String: String], folder: String?, input: Int32?, output: Int32
    ) throws -> Int32 {
        var arguments = arguments
        if let folder { arguments = ["sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder] + arguments }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        // A child inherits which signals its parent's thread blocks. A shell with SIGCHLD blocked waits for ever for a
        // child that has long ended, and libraries in this process do block it.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"]
        words.merge(environment) { _, new in new }
        let strings = arguments.map { strdup($0) }
        let pairs = words.map { strdup("\($0.key)=\($0.value)") }
        defer { for pointer in strings + pairs { free(pointer) } }
        var child = pid_t()
        let status = spawning.withLock { _ in
            posix_spawnp(&child, arguments[0], &actions, &attributes, strings + [nil], pairs + [nil])
        }
        guard status == 0 else {
            throw TestKitFailure(
                "cannot start \(arguments[0]): \(String(cString: strerror(status))); `make install` installs it")
        }
        return child
    }

    /// Waits for a child's end: its exit status, or minus the signal that killed it.
    @discardableResult
    static func wait(for child: Int32) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) == -1 && errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : -signal
    }
}
