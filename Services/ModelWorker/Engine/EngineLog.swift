// SPDX-License-Identifier: Apache-2.0

package import Logging

/// What an engine says of itself: never a prompt, never an answer.
package struct EngineLog: Sendable {
    private let logger: Logger
    package init(_ logger: Logger) { self.logger = logger }

    func info(_ text: String) { logger.info("\(text)") }
    func warning(_ text: String) { logger.warning("\(text)") }
    func error(_ text: String) { logger.error("\(text)") }
}
