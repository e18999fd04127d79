// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import HTTPEdge
import NIOCore

/// Which page of a list a request wants: `?limit=20&after=<id>`.
struct PageRequest: Sendable {
    static let usualLimit: UInt32 = 20
    /// The services' own bound. OpenAI lets clients ask for up to 10,000; they get a hundred and `has_more`.
    static let largestLimit: UInt32 = 100

    var limit = usualLimit
    var after: String?

    init(_ request: HTTPRequest) throws(RequestRefusal) {
        after = request.query("after").flatMap { $0.isEmpty ? nil : $0 }
        guard let text = request.query("limit") else { return }
        guard let limit = UInt32(text), limit > 0 else {
            throw RequestRefusal(
                "Invalid 'limit': expected a whole number from 1 to \(Self.largestLimit).", parameter: "limit",
                code: "invalid_value")
        }
        self.limit = min(limit, Self.largestLimit)
    }
}

extension HTTPResponse {
    /// OpenAI's list object.
    static func list<Row>(
        _ rows: [Row], hasMore: Bool, first: String?, last: String?, _ write: (Row, inout JSONWriter) -> Void
    ) -> HTTPResponse {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("object", "list")
            writer.member(
                "data",
                array: { writer in
                    for row in rows {
                        writer.item()
                        write(row, &writer)
                    }
                })
            // OpenAI's schema wants texts here, even where there is no row.
            writer.member("first_id", first ?? "")
            writer.member("last_id", last ?? "")
            writer.member("has_more", hasMore)
        }
        return .json(ByteBuffer(bytes: writer.bytes))
    }

    /// OpenAI's answer to a deletion.
    static func deleted(_ id: String, object: String) -> HTTPResponse {
        var writer = JSONWriter(capacity: 128)
        writer.object { writer in
            writer.member("id", id)
            writer.member("object", object)
            writer.member("deleted", true)
        }
        return .json(ByteBuffer(bytes: writer.bytes))
    }
}
