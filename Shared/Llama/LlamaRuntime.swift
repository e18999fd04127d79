// SPDX-License-Identifier: Apache-2.0

import CKernels
import CLlama
import CLlamaChat
import Synchronization

/// The library's process-wide state: its start, and what it says.
///
/// The library writes to standard error unless told otherwise. Its warnings and errors are kept here instead, a few of
/// them, so that a failure can say why. It never logs text of prompts.
package enum LlamaRuntime {
    /// Enough for one failed load, which says about five lines.
    private static let maxLines = 32
    private static let lines = Mutex<[String]>([])

    /// Runs once, on first use of the library.
    private static let started: Void = {
        llama_log_set(
            { level, text, _ in
                guard let text, level.rawValue >= GGML_LOG_LEVEL_WARN.rawValue else { return }
                LlamaRuntime.keep(String(cString: text))
            }, nil)
        llama_backend_init()
    }()

    package static func start() { _ = started }

    /// The library's version, as it names itself.
    package static var version: String { String(cString: llama_version()) }

    /// The version the chat library was built from; it must be the same, because it reads the other's structures.
    package static var chatVersion: String { String(cString: plc_version()) }

    /// Whether 8-bit products are computed by our own kernel: the processor has what it needs, and the library asks it.
    package static var hasOwnKernel: Bool { parley_q8_is_possible() && parley_q8_is_asked() }

    /// Switches that kernel for the whole process. Before anything is computed.
    package static func useOwnKernel(_ isUsed: Bool) { parley_q8_set_enabled(isUsed) }

    /// Takes what was said since the last call, oldest first.
    package static func takeLines() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }

    /// What was said since the last call, as one line.
    static func takeSaid() -> String {
        let said = takeLines().joined(separator: "; ")
        return said.isEmpty ? "no reason given" : said
    }

    private static func keep(_ text: String) {
        var line = text[...]
        while let last = line.last, last.isNewline { line = line.dropLast() }
        guard !line.isEmpty else { return }
        lines.withLock { lines in
            if lines.count == maxLines { lines.removeFirst() }
            lines.append(String(line))
        }
    }
}
