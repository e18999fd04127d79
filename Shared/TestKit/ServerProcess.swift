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
    ///   - folder: where it runs and keeps everything. Deleted when this process ends without `end()` having been
    ///     called, so that tests leave nothing behind.
    init(_ arguments: [String], folder: String, log: String, signal: String) throws {
        let (reader, writer) = try ChildProcess.pipe()
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard output >= 0 else { throw TestKitFailure("cannot write \(log)") }
        defer {
            close(reader)
            close(output)
        }
        let script = """
            signal=$1 folder=$2; shift 2
            "$@" &
            server=$!
            said=$(cat)
            kill -"$signal" $server; wait $server
            [ -n "$said" ] || { cd /; rm -rf "$folder"; }
            """
        let shell = try ChildProcess.spawn(
            ["sh", "-c", script, "sh", signal, folder] + arguments, environment: ["HOME": folder],
            folder: folder, input: reader, output: output)
        state = Mutex(State(shell: shell, pipe: writer))
    }

    /// Ends the server at once, waits until it is gone, and keeps its folder for another start. Blocks.
    func end() {
        let shell = state.withLock { state -> pid_t? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            // Whatever is said means that this end was meant.
            var word = UInt8(ascii: "k")
            write(state.pipe, &word, 1)
            close(state.pipe)
            return state.shell
        }
        if let shell { ChildProcess.wait(for: shell) }
    }
}
