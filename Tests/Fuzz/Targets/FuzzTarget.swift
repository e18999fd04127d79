// SPDX-License-Identifier: Apache-2.0

/// What is fuzzed, by the name that `make fuzz ONLY=<name>` and the folders of the corpus use.
///
/// A target is a function from bytes to nothing, or to a `Finding`. The same functions are called by the driver, which
/// libFuzzer feeds, and by the test that replays the corpus.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// Bytes into one end of a connection.
    case frames
    /// One frame many times over: whatever a peer repeats, what it can make us hold is bounded.
    case floods
    /// Both ends of a connection under a schedule of actions.
    case schedules
    /// Every message's decoder.
    case messages
    /// The parts of a frame: metadata, failures, token chunks, prefaces.
    case pieces
    /// The JSON, multipart and request readers of the public edge.
    case requests
    /// What another model server says: event streams, metrics, errors, embeddings.
    case upstreams

    /// Runs one input. `loop` belongs to the calling thread.
    package func run(_ input: [UInt8], on loop: FuzzLoop) throws {
        switch self {
        case .frames: try FrameTarget.run(input, on: loop)
        case .floods: try FloodTarget.run(input, on: loop)
        case .schedules: try ScheduleTarget.run(input, on: loop)
        case .messages: try MessageTarget.run(input)
        case .pieces: try PieceTarget.run(input)
        case .requests: try RequestTarget.run(input)
        case .upstreams: try UpstreamTarget.run(input)
        }
    }
}
