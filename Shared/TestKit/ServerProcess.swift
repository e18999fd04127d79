// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A server that lives as long as this process, at most.
///
/// A small shell stands between: it starts the server and then reads from a pipe that only this process holds open.
/// When this process ends, however it ends, the shell reads the end of the pipe and ends the server.
final class ServerProcess: Sendable {
    private struct State {
        var shell: pid_t
        var pipe: Int32
        var hasEnded = false
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - signal: what ends the server at once; for Postgres QUIT, so that it takes its children with it.
    ///   - remove: a folder to delete after the server has ended on its own watch, or nil.
    init(_ arguments: [String], folder: String, log: String, signal: String, remove: String? = nil) throws {
        let (reader, writer) = try ChildProcess.pipe()
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard output >= 0 else { throw TestKitFailure("cannot write \(log)") }
        defer {
            close(reader)
            close(output)
        }
        let script = """
            signal=$1 remove=$2; shift 2
            "$@" &
            server=$!
            cat >/dev/null
            kill -"$signal" $server; wait $server
            [ -z "$remove" ] || rm -rf "$remove"
            """
        let shell = try ChildProcess.spawn(
            ["sh", "-c", script, "sh", signal, remove ?? ""] + arguments, environment: ["HOME": folder],
            folder: folder, input: reader, output: output)
        state = Mutex(State(shell: shell, pipe: writer))
    }

    /// Ends the server at once and waits until it is gone. Blocks.
    func end() {
        let shell = state.withLock { state -> pid_t? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            close(state.pipe)
            return state.shell
        }
        if let shell { ChildProcess.wait(for: shell) }
    }

    deinit { end() }
}
