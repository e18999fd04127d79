// SPDX-License-Identifier: Apache-2.0

/// Which files are taken in.
package enum FileRules {
    package static let mediaTypes: Set<String> = ["text/plain", "text/markdown"]
    /// All of it is held in memory while it is cut; larger libraries come as many files.
    package static let longestBytes = 8_388_608
    package static let longestName = 512

    package enum Refusal: Error, Hashable, Sendable {
        case mediaType(String)
        case tooLarge
        case empty
        case notText
        case badName
        case sizeMismatch
        case nothingLeft

        package var sentence: String {
            switch self {
            case .mediaType(let type): "Files of type \(type) are not supported; text/plain and text/markdown are."
            case .tooLarge: "The file is larger than \(FileRules.longestBytes) bytes."
            case .empty: "The file is empty."
            case .notText: "The file is not UTF-8 text."
            case .badName: "The file name has 1 to \(FileRules.longestName) bytes and no control characters."
            case .nothingLeft: "No passage of the file passed moderation."
            case .sizeMismatch: "Fewer or more bytes arrived than were announced."
            }
        }
    }

    package static func check(filename: String, mediaType: String, size: UInt64) throws(Refusal) {
        guard mediaTypes.contains(mediaType) else { throw .mediaType(mediaType) }
        guard size > 0 else { throw .empty }
        guard size <= UInt64(longestBytes) else { throw .tooLarge }
        guard !filename.isEmpty, filename.utf8.count <= longestName,
            filename.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw .badName }
    }

    /// The text of a file's bytes: valid UTF-8 without NUL; a byte order mark is dropped.
    package static func text(of bytes: [UInt8]) throws(Refusal) -> String {
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        guard !body.contains(0), let text = String(validating: body, as: UTF8.self) else { throw .notText }
        return text
    }
}
