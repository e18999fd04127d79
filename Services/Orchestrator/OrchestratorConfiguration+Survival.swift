// SPDX-License-Identifier: Apache-2.0

import Settings

/// Models that may have no worker at all; a request for one waits for it to come up.
package struct HoldSettings: Hashable, Sendable {
    package var modelsAtZero: Set<String>
    package var turns: Int
    package var patience: Duration

    init(_ reader: inout SettingsReader) {
        modelsAtZero = Set(
            reader.list(
                "fleet.models_at_zero", default: [],
                help: "Models that may have no worker: requests for them wait until one comes up."))
        turns = reader.int(
            "fleet.held_turns", default: 256, in: 0...100_000,
            help: "Turns that wait for such a model at once; more are told to come back (429).")
        patience = reader.duration(
            "fleet.hold_seconds", default: .seconds(180), in: .seconds(1) ... .seconds(3_600),
            help: "How long one waits. A pod with a large model takes two to three minutes (spec 04.49).")
    }
}

extension TurnBounds {
    /// What a turn may spend on other workers, and on outliving its worker or its client.
    mutating func readContinuations(_ reader: inout SettingsReader) {
        maxAttempts = reader.int(
            "turn.max_attempts", default: maxAttempts, in: 1...10,
            help: "Workers that one turn may try before its first token.")
        maxContinuations = reader.int(
            "turn.max_continuations", default: maxContinuations, in: 0...10,
            help: "How often an answer that has begun may go on at another worker when its own is lost.")
        continuationWait = reader.duration(
            "turn.continuation_wait_ms", default: continuationWait, in: .zero ... .seconds(300),
            help: "How long such an answer waits for a worker that can go on with it. Longer than a worker's restart.")
        linger = reader.duration(
            "turn.linger_ms", default: linger, in: .zero ... .seconds(60),
            help: "How long a turn goes on whose gateway was lost, or whose client said it would come back.")
    }
}
