// SPDX-License-Identifier: Apache-2.0

/// Why JSON is not the message it should be, or octets are not the message they were sent as.
package struct MessageJSONFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where, as `messages[3].text`; empty for the document itself.
    package var path: String
    /// What is wrong there. Names kinds and fields, and repeats nothing that was given but short names and numbers.
    package var problem: String

    package init(_ path: String, _ problem: String) {
        self.path = path
        self.problem = problem
    }

    package var description: String { path.isEmpty ? problem : "\(path): \(problem)" }
}

/// What one conversion may cost.
package enum MessageJSONLimits {
    /// Octets of one JSON document: a message of 4 MiB whose texts are escaped as far as texts usually are.
    package static let documentBytes = 16 << 20
    /// Octets of an encoded message: what the protocol carries.
    package static let messageBytes = 4 << 20
    /// Messages inside messages. The contracts refuse recursion and nest four deep; octets do not know that.
    package static let depth = 32
    /// Characters of a given name or number that an error repeats.
    package static let echo = 60
}
