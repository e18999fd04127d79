// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import MessageJSON

/// The requests of a call as they are given: text, `@file`, or `-` for standard input.
enum CallInput {
    /// - Throws: For a file that cannot be read or is larger than a document may be.
    static func read(_ argument: String) throws -> String {
        guard argument == "-" || argument.hasPrefix("@") else { return argument }
        let path = argument == "-" ? "/dev/stdin" : String(argument.dropFirst())
        guard let file = FileHandleReader(path) else { throw ValidationError("\(path) cannot be read.") }
        guard let text = file.text(atMost: MessageJSONLimits.documentBytes) else {
            throw ValidationError("\(path) is not UTF-8 text of at most \(MessageJSONLimits.documentBytes) octets.")
        }
        return text
    }
}
