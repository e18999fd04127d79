// SPDX-License-Identifier: Apache-2.0

import Logging
import Metrics
import NIOCore
import Primitives

/// How a name is watched.
package struct NameWatching: Sendable {
    /// Between two look-ups: as long as cluster name servers let an answer live (CoreDNS: 5 s). The system's resolver
    /// does not tell how long an answer lives. A fifth of it is left to chance, so that replicas do not ask in step.
    package var interval: Duration = .seconds(5)
    /// At least this lies between two look-ups, however many connections are lost and however unknown the name.
    package var leastGap: Duration = .seconds(1)
    /// Addresses of one name; each costs a connection from every loop. What an answer holds above is left out.
    package var mostAddresses = 256
    /// An answer without addresses is believed when it has come this often in a row: one of them may be a name server
    /// that has just started, and to believe that would end every connection.
    package var emptyAnswersBelieved = 3

    package init() {}
}

/// Looks a name up again and again, and tells of its addresses whenever they have changed.
struct NameWatch {
    let name: String
    let port: Int
    let resolver: any NameResolver
    let watching: NameWatching
    let loop: any EventLoop
    let logger: Logger
    /// Asks for a look-up soon; the newest of several wishes is enough.
    let wishes: AsyncStream<Void>
    let wish: AsyncStream<Void>.Continuation
    private let failed: Counter
    private let cut: Counter

    init(
        name: String, port: Int, service: PeerName, resolver: any NameResolver, watching: NameWatching,
        loop: any EventLoop, logger: Logger
    ) {
        self.name = name
        self.port = port
        self.resolver = resolver
        self.watching = watching
        self.loop = loop
        var logger = logger
        logger[metadataKey: "service"] = "\(service)"
        logger[metadataKey: "name"] = "\(name)"
        self.logger = logger
        (wishes, wish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        let dimensions = [("service", service.rawValue)]
        failed = Counter(label: "parley_rpc_failed_lookups_total", dimensions: dimensions)
        cut = Counter(label: "parley_rpc_cut_lookups_total", dimensions: dimensions)
    }

    /// What has been seen so far, and what was said of it.
    private struct Seen {
        var addresses: [ServiceAddress] = []
        var emptyInARow = 0
        var hasToldOfFailure = false
        var hasToldOfCut = false
    }

    /// Until the task is cancelled. `changed` gets every address, not the difference.
    func run(_ changed: ([ServiceAddress]) -> Void) async {
        var seen = Seen()
        wish.yield()
        for await _ in wishes {
            let before = seen.addresses
            await look(&seen)
            if Task.isCancelled { return }
            if seen.addresses != before {
                logger.info("addresses have changed", metadata: ["addresses": "\(seen.addresses.count)"])
                changed(seen.addresses)
            }
            // Nobody can be called before something is known, so that is worth asking more often.
            let wait = seen.addresses.isEmpty ? .zero : watching.interval * Double.random(in: 0.8...1)
            let timer = loop.scheduleTask(in: .nanoseconds(max(wait, watching.leastGap).nanoseconds)) { wish.yield() }
            // Cancelled while asleep: the stream ends too. A wish made meanwhile is kept and seen to at once.
            try? await Task.sleep(for: watching.leastGap)
            if Task.isCancelled { timer.cancel() }
        }
    }

    private func look(_ seen: inout Seen) async {
        do {
            take(try await resolver.addresses(of: name), into: &seen)
            seen.hasToldOfFailure = false
        } catch {
            if Task.isCancelled { return }
            failed.increment()
            note("a name cannot be looked up", error: "\(error)", &seen.hasToldOfFailure)
        }
    }

    private func take(_ answer: [String], into seen: inout Seen) {
        guard !answer.isEmpty else {
            seen.emptyInARow += 1
            if seen.emptyInARow >= watching.emptyAnswersBelieved { seen.addresses = [] }
            return
        }
        seen.emptyInARow = 0
        let known = Set(seen.addresses.map(\.host))
        var found = answer
        if found.count > watching.mostAddresses {
            cut.increment()
            note("a name has too many addresses", error: "\(found.count) addresses", &seen.hasToldOfCut)
            // Those we have first: connections that work are not given up for others of the same name.
            found = found.filter(known.contains) + found.filter { !known.contains($0) }
            found = Array(found.prefix(watching.mostAddresses))
        }
        // In one order whatever the answer's: name servers turn theirs around with every answer.
        seen.addresses = Set(found).sorted().map { ServiceAddress(host: $0, port: port) }
    }

    /// One line when it begins; what follows is the same line many times.
    private func note(_ message: Logger.Message, error: String, _ hasTold: inout Bool) {
        logger.log(level: hasTold ? .debug : .warning, message, metadata: ["error": "\(error)"])
        hasTold = true
    }
}
