// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Appends batches of spans to a file, one OTLP/JSON object a line, where a test or a person can read them. Several
/// processes may share the file: each line is one write to a descriptor opened for appending.
package final class SpanFile: SpanExporter {
    private let writer: LineWriter

    /// - Returns: nil when the file cannot be opened for appending.
    package init?(path: String) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return nil }
        writer = LineWriter(descriptor: descriptor)
        guard writer.start() else {
            Glibc.close(descriptor)
            return nil
        }
    }

    package func export(_ request: [UInt8]) async -> Bool {
        let before = writer.droppedLines
        writer.append(request + [UInt8(ascii: "\n")])
        return writer.droppedLines == before
    }

    /// Writes what is left. Blocks for at most two seconds: for the end of a process only.
    package func close() { writer.close() }
}
