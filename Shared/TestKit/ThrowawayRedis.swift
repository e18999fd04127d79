// SPDX-License-Identifier: Apache-2.0

import Cryptography
import Glibc
import Primitives
package import Redis
import Synchronization
package import TLS

/// A real Redis of this process's own, made by the first test that asks and gone with the process.
///
/// It has the users of `Deploy/Redis/users.acl`, so that what a service may not do fails in its tests too. Tests share
/// it and keep apart by their organisations' keys.
package final class ThrowawayRedis: Sendable {
    /// The server most tests share.
    package static let shared = ThrowawayRedis()

    private struct Running {
        var server: ServerProcess?
        var port: Int
        var folder: String
    }

    private static let password = "throwaway"
    private let running = Mutex<Running?>(nil)

    private let identity: TLSIdentity?

    /// A server of a test's own, for tests that kill it. With an identity it speaks TLS only.
    package init(identity: TLSIdentity? = nil) { self.identity = identity }

    /// How to connect as one of the users: a service's name, or `operator`, who may do everything.
    package func settings(as user: String) async throws -> RedisSettings {
        let (port, folder) = try await runBlocking { try self.ensureRunning() }
        return RedisSettings(host: "127.0.0.1", port: port, user: user, passwordFile: folder + "/password")
    }

    /// Kills the server as a power cut would.
    package func kill() async throws {
        try await runBlocking {
            self.running.withLock { running in
                running?.server?.end()
                running?.server = nil
            }
        }
    }

    /// Starts it again on the same port, empty.
    package func restart() async throws {
        try await runBlocking {
            try self.running.withLock { running in
                guard let current = running else { throw TestKitFailure("the server was never started") }
                current.server?.end()
                running?.server = try self.start(folder: current.folder, port: current.port)
            }
        }
    }

    /// Ends the server for good and deletes what it had.
    package func discard() async throws {
        try await runBlocking {
            self.running.withLock { running in
                running?.server?.end()
                if let running { TestFolder.remove(running.folder) }
                running = nil
            }
        }
    }

    private func ensureRunning() throws -> (port: Int, folder: String) {
        try running.withLock { running in
            if let running { return (running.port, running.folder) }
            let port = try FreePort.find()
            let folder = try TestFolder.make("redis", owner: ServerAccount.uid)
            if let identity { try identity.copy(to: folder, owner: ServerAccount.uid) }
            let ports =
                identity == nil
                ? "port \(port)"
                : "port 0\ntls-port \(port)\ntls-cert-file \(folder)/server.crt\ntls-key-file \(folder)/server.key\n"
                    + "tls-ca-cert-file \(folder)/ca.crt\ntls-auth-clients no"
            let settings = """
                bind 127.0.0.1
                \(ports)
                dir \(folder)
                aclfile \(folder)/users.acl
                save ""
                enable-debug-command local
                maxmemory 256mb
                maxmemory-policy noeviction
                """
            try TestFolder.write(Self.password, to: folder + "/password", owner: ServerAccount.uid)
            try TestFolder.write(try Self.users(), to: folder + "/users.acl", owner: ServerAccount.uid)
            try TestFolder.write(settings, to: folder + "/redis.conf", owner: ServerAccount.uid)
            running = Running(server: try start(folder: folder, port: port), port: port, folder: folder)
            return (port, folder)
        }
    }

    /// The repository's users, each with the digest of the throwaway password.
    private static func users() throws -> String {
        let text = try ChildProcess.run(["cat", TestFolder.repository + "/Deploy/Redis/users.acl"])
        let digest = Hex.encode(SHA256.hash(password))
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("user ") }.map { line in
            line.split(separator: " ").map { $0.hasPrefix("#{") ? "#" + digest : String($0) }.joined(separator: " ")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func start(folder: String, port: Int) throws -> ServerProcess {
        let server = try ServerProcess(
            ServerAccount.command(["redis-server", folder + "/redis.conf"]), folder: folder, log: folder + "/log",
            signal: "KILL")
        for _ in 0..<150 {
            if (try? ping(port)) != nil { return server }  // Silent: not yet up.
            usleep(100_000)
        }
        let log = (try? ChildProcess.run(["tail", "-n", "20", folder + "/log"])) ?? ""
        throw TestKitFailure("Redis did not start:\n\(log)")
    }

    private func ping(_ port: Int) throws {
        let secure = identity.map { ["--tls", "--cacert", $0.authorityFile, "--sni", "localhost"] } ?? []
        let answer = try ChildProcess.run(
            ["redis-cli", "-h", "127.0.0.1", "-p", "\(port)", "--user", "operator", "-e"] + secure + ["PING"],
            environment: ["REDISCLI_AUTH": Self.password])
        guard answer.contains("PONG") else { throw TestKitFailure(answer) }
    }
}
