// SPDX-License-Identifier: Apache-2.0

package import OrchestratorDomain
package import OrchestratorScheduling
package import Settings

/// The orchestrator's own settings, beside those every service has.
package struct OrchestratorConfiguration: ServiceSettings {
    package var bounds: TurnBounds
    /// What an outage of moderation means for an organisation whose policy was never heard.
    package var moderationFallback: OutageMode
    package var sweepInterval: Duration
    package var scheduling: SchedulingRules
    package var hedging: FirstTokenHedging.Rules
    /// Beginnings of prompts that a worker which joins is asked to compute.
    package var warmedPrefixes: Int
    package var embedConcurrency: Int
    /// How often routes are read.
    package var routeInterval: Duration
    package var hold: HoldSettings

    package init(_ reader: inout SettingsReader) {
        var bounds = TurnBounds()
        bounds.maxRunning = reader.int(
            "turn.max_running", default: bounds.maxRunning, in: 1...1_000_000,
            help: "Turns that run at once in this process; more are refused. About 20 KB each.")
        bounds.maxOpening = reader.int(
            "turn.max_opening", default: bounds.maxOpening, in: 1...100_000,
            help: "Turns on their way to their first byte at once; others stand in line. More than stores keep up with "
                + "makes all of them late.")
        bounds.openingWait = reader.duration(
            "turn.opening_wait_ms", default: bounds.openingWait, in: .milliseconds(10) ... .seconds(60),
            help: "How long a turn stands in that line before its client is told to come back (429).")
        bounds.limit = reader.duration(
            "turn.limit_seconds", default: bounds.limit, in: .seconds(1) ... .seconds(3_600),
            help: "The longest a turn may take, whatever its caller allows.")
        bounds.lease = reader.duration(
            "turn.lease_seconds", default: bounds.lease, in: .seconds(5) ... .seconds(300),
            help: "How long a turn belongs to a process that gives no sign of life.")
        bounds.maxPromptBytes = reader.int(
            "turn.max_prompt_bytes", default: bounds.maxPromptBytes, in: 1_024...64 * 1_024 * 1_024,
            help: "Text of all messages together. More is refused as context_length_exceeded, never cut.")
        bounds.maxPromptMessages = reader.int(
            "turn.max_prompt_messages", default: bounds.maxPromptMessages, in: 1...10_000,
            help: "Messages of one prompt, history included.")
        bounds.maxCompletionTokens = UInt32(
            clamping: reader.int(
                "turn.max_completion_tokens", default: Int(bounds.maxCompletionTokens), in: 1...1_000_000,
                help: "The longest answer, whatever the client asks for."))
        bounds.readContinuations(&reader)
        bounds.isOutputJudged = reader.bool(
            "turn.judge_output", default: bounds.isOutputJudged,
            help: "Whether moderation reads answers along. Off only where another system does.")
        bounds.hold = reader.duration(
            "turn.hold_ms", default: bounds.hold, in: .milliseconds(10) ... .seconds(60),
            help: "How long text may wait for a verdict before moderation counts as down.")
        bounds.holdBytes = reader.int(
            "turn.hold_bytes", default: bounds.holdBytes, in: 256...1_024 * 1_024,
            help: "How much text may wait for a verdict before moderation counts as down.")
        bounds.logLifetime = reader.duration(
            "turn.resume_seconds", default: bounds.logLifetime, in: .seconds(60) ... .seconds(3_600),
            help: "How long a turn's log outlives its last entry: the time to resume in. Longer than a lease.")
        bounds.unreservedLimit = reader.int(
            "turn.unreserved_limit", default: bounds.unreservedLimit, in: 0...100_000,
            help: "Turns that may run without a reservation while billing is away: the overshoot's bound.")
        self.bounds = bounds
        moderationFallback = reader.enumeration(
            "turn.moderation_fallback", default: .closed,
            help: "What an outage of moderation means where the policy was never heard: open or closed.")
        sweepInterval = reader.duration(
            "turn.sweep_seconds", default: .seconds(5), in: .seconds(1) ... .seconds(60),
            help: "How often leases are renewed and abandoned turns looked for. Less than half of a lease.")
        scheduling = SchedulingRules(&reader)
        hedging = FirstTokenHedging.Rules(&reader)
        warmedPrefixes = reader.int(
            "scheduler.warmed_prefixes", default: 8, in: 0...64,
            help: "Shared beginnings of prompts, of each model, that a worker which joins computes first; 0: none.")
        embedConcurrency = reader.int(
            "scheduler.embed_concurrency", default: 64, in: 1...10_000,
            help: "Embedding requests at once: a bulkhead, so that a flood leaves the turns alone.")
        routeInterval = reader.duration(
            "routes.refresh_seconds", default: .seconds(5), in: .seconds(1) ... .seconds(300),
            help: "How often routes are read: the longest a changed one takes to hold.")
        hold = HoldSettings(&reader)
        if bounds.lease < sweepInterval * 2 {
            reader.reject("turn.lease_seconds", expected: "at least twice turn.sweep_seconds")
        }
    }
}
