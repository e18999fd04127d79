// SPDX-License-Identifier: Apache-2.0

/// Why no worker was found.
package enum PlacementRefusal: Error, Hashable, Sendable {
    /// No worker has offered this model since this process started.
    case unknownModel
    /// The model is known, and no worker that serves it can take work now.
    case noneReady
    /// It would have to wait for longer than its class may: so much longer.
    case overloaded(retryAfter: Duration)
}

/// A place that was given out. Ends with `FleetState.finished`.
package struct Placement: Hashable, Sendable {
    package var job: UInt64
    package var worker: WorkerAddress
    package var instance: UInt64
    package var rule: WorkerChoice.Rule
    package var serviceClass: ServiceClass
    /// How long it stood in line.
    package var waited: Duration
    package var cost: CostInSeconds
}

/// What becomes of a request at first.
package enum Submission: Hashable, Sendable {
    case placed(Placement)
    case waits(WaitingWork.Ticket)
}

/// What a worker said when it began to answer.
package struct FirstToken: Hashable, Sendable {
    package var serviceClass: ServiceClass
    package var promptTokens: Int
    package var cachedTokens: Int
    /// From the request's arrival here to its first token.
    package var seconds: Double
    package var keptTarget: Bool
}
