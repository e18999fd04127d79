// SPDX-License-Identifier: Apache-2.0

package import Logging
import Metrics
package import NIOCore
package import Primitives
import ServiceLifecycle
import Synchronization

/// The client of one Redis: one pipelined connection for commands, and one for each subscription.
///
/// Every key starts with `{<organisation>}:`, so that one organisation's keys share a slot of a cluster and a script
/// may touch several of them. A command that blocks (`XREADGROUP … BLOCK`) holds up all behind it: give it a client of
/// its own.
///
/// The connection opens with the first command or with `run()`, whichever comes first.
package final class RedisClient: Service {
    private let settings: RedisSettings
    private let logger: Logger
    private let time: any TimeSource
    private let pipeline: CommandPipeline
    private let subscriptions = Mutex<[SubscriptionFeed]>([])
    private let commands = Timer(label: "redis_command_seconds")
    private let failures = ["unavailable", "overloaded", "deadline", "cancelled"].reduce(into: [String: Counter]()) {
        $0[$1] = Counter(label: "redis_failures_total", dimensions: [("kind", $1)])
    }

    package init(
        _ settings: RedisSettings, loop: any EventLoop, logger: Logger, time: any TimeSource = SystemTime()
    ) {
        self.settings = settings
        self.logger = logger
        self.time = time
        pipeline = CommandPipeline(settings, loop: loop, logger: logger, time: time)
    }

    /// Serves until the process is asked to stop, then lets what was sent end.
    package func run() async throws {
        pipeline.start()
        let (stopped, stop) = AsyncStream.makeStream(of: Void.self)
        await withTaskCancellationOrGracefulShutdownHandler {
            for await _ in stopped {}
        } onCancelOrGracefulShutdown: {
            stop.finish()
        }
        await shutdown()
    }

    /// The same as asking `run()` to stop, for those who never ran it.
    package func shutdown() async {
        for feed in subscriptions.withLock({ $0 }) { feed.stop() }
        await pipeline.stop()
    }

    /// Whether the connection for commands stands.
    package var isHealthy: Bool { pipeline.isReady }

    /// Sends one command. An error that Redis answers is a value; see `RedisValue.errorCode`.
    @discardableResult
    package func send(_ command: [RedisArgument], deadline: Deadline) async throws(RedisFailure) -> RedisValue {
        let start = time.now()
        do throws(RedisFailure) {
            let value = try await pipeline.perform(CommandWriter.bytes(of: command), deadline: deadline)
            commands.recordNanoseconds((time.now() - start).nanoseconds)
            return value
        } catch {
            failures[error.label]?.increment()
            throw error
        }
    }

    /// Runs a script by its digest; a Redis that does not know it yet, or forgot it in a restart, is sent the text.
    @discardableResult
    package func evaluate(
        _ script: RedisScript, keys: [String], arguments: [RedisArgument] = [], deadline: Deadline
    ) async throws(RedisFailure) -> RedisValue {
        let rest = [.integer(Int64(keys.count))] + keys.map { RedisArgument.text($0) } + arguments
        let value = try await send(["EVALSHA", .text(script.digest)] + rest, deadline: deadline)
        guard value.errorCode == "NOSCRIPT" else { return value }
        // It certainly did not run, so that running it now runs it once.
        return try await send(["EVAL", .text(script.text)] + rest, deadline: deadline)
    }

    /// Listens to a channel for as long as the sequence is iterated.
    package func subscribe(to channel: String) -> RedisSubscription {
        let feed = SubscriptionFeed(channel, settings, loop: pipeline.loop, logger: logger, time: time)
        subscriptions.withLock { feeds in
            feeds.removeAll { $0.hasStopped }
            feeds.append(feed)
        }
        return RedisSubscription(feed: feed)
    }
}
