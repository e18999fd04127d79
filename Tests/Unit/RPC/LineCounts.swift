// SPDX-License-Identifier: Apache-2.0

import Logging
import Synchronization

/// Counts what is said, by its words.
final class LineCounts: LogHandler, Sendable {
    private let counts = Mutex<[String: Int]>([:])
    func count(_ line: String) -> Int { counts.withLock { $0[line] ?? 0 } }

    var logLevel: Logger.Level {
        get { .info }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { counts.withLock { $0[event.message.description, default: 0] += 1 } }
}
