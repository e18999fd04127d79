// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The client's own labels on a conversation: a flat JSON object of strings.
enum ConversationMetadata {
    private static let maxEntries = 16

    static func isValid(_ json: [UInt8]) -> Bool {
        // Anything that is not such an object fails to decode, which is the answer.
        guard let entries = try? JSONDecoder().decode([String: String].self, from: Data(json)) else { return false }
        return entries.count <= maxEntries
            && entries.allSatisfy { !$0.key.utf8.contains(0) && !$0.value.utf8.contains(0) }
    }
}
