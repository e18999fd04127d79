// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What a `POST /v1/conversations` asks for.
package struct ConversationRequest: Sendable {
    package static let maximumPairs = 16
    package static let maximumNameCharacters = 64
    package static let maximumValueCharacters = 512
    package static let maximumTitleCharacters = 200

    /// Ours: `title`, or else the metadata's entry of that name.
    package var title: String
    /// The metadata as a JSON object of strings, or nil when there is none.
    package var metadataJSON: [UInt8]?

    package init(body: UnsafeRawBufferPointer) throws(RequestRefusal) {
        // A conversation needs nothing, so neither does its request.
        guard !body.isEmpty else {
            title = ""
            return
        }
        let fields = try RequestFields(body: body)
        if let items = try fields.array("items"), !items.isEmpty {
            throw .unsupported(fields.path["items"], "is not supported yet: send the messages as the first turn.")
        }
        let metadata = try fields.fields("metadata")
        var given = try fields.string("title")
        if given == nil { given = try metadata?.string("title") }
        title = given ?? ""
        guard title.count <= Self.maximumTitleCharacters else {
            throw RequestRefusal(
                "Invalid 'title': string too long. Expected at most \(Self.maximumTitleCharacters) characters.",
                parameter: "title", code: "string_above_max_length")
        }
        if let metadata { metadataJSON = try Self.checked(metadata) }
    }

    private static func checked(_ metadata: RequestFields) throws(RequestRefusal) -> [UInt8] {
        let members = metadata.object.members
        guard members.count <= maximumPairs else {
            throw RequestRefusal(
                "Invalid 'metadata': too many properties. Expected at most \(maximumPairs), but got "
                    + "\(members.count) instead.", parameter: "metadata", code: "object_above_max_properties")
        }
        var pairs: [(name: String, value: String)] = []
        for member in members {
            let path = metadata.path[member.name]
            guard case .string(let text) = member.value else {
                throw .type(path, expected: "a string", got: member.value)
            }
            guard member.name.count <= maximumNameCharacters, text.count <= maximumValueCharacters else {
                throw RequestRefusal(
                    "Invalid 'metadata': names have at most \(maximumNameCharacters) characters and values at most "
                        + "\(maximumValueCharacters).", parameter: "metadata", code: "string_above_max_length")
            }
            pairs.append((member.name, text))
        }
        var writer = JSONWriter()
        writer.object { writer in
            for pair in pairs { writer.member(text: pair.name, pair.value) }
        }
        return writer.bytes
    }
}
