// SPDX-License-Identifier: Apache-2.0

/// The tokens of a turn as they are billed.
///
/// Prompt and cached are what the worker counted; completion is what was appended to the turn log, not what a worker
/// computed: a token that never reached the log is never charged, whoever is at fault.
package struct TokenTally: Hashable, Sendable {
    package var prompt: UInt32
    /// The part of the prompt that the worker's cache already held; never more than `prompt`.
    package private(set) var cached: UInt32
    package private(set) var completion: UInt32

    package init(prompt: UInt32 = 0, cached: UInt32 = 0, completion: UInt32 = 0) {
        self.prompt = prompt
        self.cached = min(cached, prompt)
        self.completion = completion
    }

    /// Counts tokens that were appended to the log.
    package mutating func append(_ count: UInt32) {
        completion &+= count
    }

    /// Takes over the counts of the worker that answers. A second worker's replace the first's, because only one
    /// prompt is charged however often it had to be computed.
    package mutating func started(prompt: UInt32, cached: UInt32) {
        self.prompt = prompt
        self.cached = min(cached, prompt)
    }
}
