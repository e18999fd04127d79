// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// An answer that was complete before the server had to be asked.
final class EndedAnswer: GenerationSource {
    private let events: Mutex<[GenerationEvent]>

    init(_ request: GenerationRequest) {
        let end = GenerationEnd(
            reason: .length, promptTokens: 0, cachedTokens: 0, completionTokens: request.resumed.count,
            computedTokens: 0, queued: .zero, prefill: .zero, decode: .zero)
        events = Mutex([.started(GenerationStart(promptTokens: 0, cachedTokens: 0)), .finished(end)])
    }

    func next() async throws -> GenerationEvent? {
        events.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
