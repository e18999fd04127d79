// SPDX-License-Identifier: Apache-2.0

/// Every bound of the protocol in one value, so that a reader can see what a peer can make us hold.
///
/// Both ends may differ: what a peer must respect is told in our `Preface`, and what we must respect in its own.
package struct WireLimits: Hashable, Sendable {
    /// Longest payload of one frame. A message is never split over frames, so this is the longest message plus room
    /// for the metadata that shares the OPEN frame with it.
    package var frameBytes: UInt32 = 4 << 20 + 16 << 10
    /// Longest encoded message. Four mebibytes is gRPC's default and holds a file chunk or 2,000 embeddings.
    package var messageBytes = 4 << 20
    /// Longest metadata block of a call: a principal with 64 scopes fits several times.
    package var metadataBytes = 8 << 10
    /// What a peer may send on one stream before we have consumed any of it: about 700 streamed tokens with their
    /// envelope, several seconds of the fastest model here, so that a reader's hiccup never stops the writer.
    package var streamCredit: UInt32 = 64 << 10
    /// The same for all streams of a connection together. One message may overshoot (see `SendWindow`).
    package var connectionCredit: UInt32 = 4 << 20
    /// What may wait for the readers of a connection's calls without counting against its credit: a thousand calls
    /// that nobody reads. Without it 64 of them would stop all others.
    package var parkedBytes = 64 << 20
    /// Calls a peer may have open at once on one connection: the 5,000 streams a gateway is built for, twice.
    package var concurrentCalls: UInt32 = 10_000
    /// Handlers a server runs at once for one caller's name, over all its connections together. One connection's limit:
    /// a name with many replicas behind it must not need a setting before it needs a second server.
    package var callerCalls = 10_000
    /// The same for the name of an admin tool, behind which a person waits for each answer: a script that runs a few
    /// tools at once finds room, one that runs away does not take a server from its callers.
    package var toolCalls = 100
    /// Bytes of requests whose handlers have not finished, summed over a connection; beyond it calls are refused.
    package var requestBytesInFlight = 64 << 20
    /// Bytes we hold for a peer that does not read. Above it, writers wait and new calls wait.
    package var queuedBytes = 4 << 20
    /// Calls waiting at a client for a connection or for room on it; beyond it they fail at once.
    package var waitingCalls = 10_000

    /// TCP accept or connect to the end of the TLS handshake and the preface. Generous for a loaded machine, short
    /// enough that a thousand silent connections are gone soon.
    package var handshakeTimeout: Duration = .seconds(5)
    /// Silence after which a PING asks whether the peer is still there.
    package var pingInterval: Duration = .seconds(10)
    /// Silence after that PING which ends the connection.
    package var pingTimeout: Duration = .seconds(5)
    /// How often a peer may PING us before it is taken for an attacker, per `pingInterval`.
    package var pingsPerInterval = 100
    /// Frames without effect that a peer may send per `pingInterval`, beyond those that were on their way when calls
    /// ended. A peer that keeps to the rules sends none; parsing so many takes a few milliseconds.
    package var idleFramesPerInterval = 50_000

    /// How long a server that drains looks at new calls while its PING is unanswered: several times the longest round
    /// trip on earth, and not so long that a peer which never answers holds up a stop.
    package var farewell: Duration = .seconds(1)
    /// Age at which a server drains a connection, a tenth more or less by chance. So callers find new replicas and
    /// forget old ones, and nothing lives on a certificate or a name that was looked at long ago.
    package var connectionAge: Duration = .seconds(1_800)
    /// What calls get after that before they end with their connection: longer than the longest turn. Only streams
    /// without an end of their own are there still; their callers follow them anew.
    package var connectionGrace: Duration = .seconds(600)
    /// Connections of a certificate that was replaced are replaced within this time, each at a moment of its own: a
    /// whole fleet that shakes hands at once would do nothing else meanwhile.
    package var renewalSpread: Duration = .seconds(5)

    /// What each hop takes off a deadline before passing it on. The callee's own refusal needs about a millisecond to
    /// be written, sent and read on a busy machine, and timers fire up to one millisecond late; without the reserve
    /// the caller's deadline fires first and the precise reason is lost.
    package var hopReserve: Duration = .milliseconds(2)
    /// Less time than this is not worth starting for: no handler of ours answers in under a millisecond of wall time
    /// on a busy machine, so the work would be thrown away.
    package var leastUsefulTime: Duration = .milliseconds(1)

    package init() {}
    package static let standard = WireLimits()
}
