// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/retriever/v1/retriever.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `Retriever`: what a caller and a server must agree on.
package enum RetrieverMethods {
    /// The passages of the organisation's files nearest to a query, by vector and by words together.
    ///
    /// Deadline: 200 ms; may be retried, and is made a second time after 60 ms without an answer. Fails with
    /// invalid_argument (empty query), unavailable; the turn goes on without context and says so.
    package static let findPassages = Method<FindPassagesRequest, FindPassagesReply>(
        id: 0x0401, name: "retriever.FindPassages", kind: .unary, isIdempotent: true, deadline: .milliseconds(200),
        callers: [.orchestrator], carriesTokens: false, hedgeAfter: .milliseconds(60)
    )

    /// Stores a file and starts its ingestion. The first message describes it, the others carry its bytes in order.
    /// The one answer comes when the bytes are safe; ingestion goes on behind it.
    ///
    /// Deadline: 30 s; may be retried. Fails with invalid_argument (type not supported, too large, not UTF-8),
    /// already_exists (same id, other bytes).
    package static let ingestFile = Method<IngestFileInput, FileReply>(
        id: 0x0402, name: "retriever.IngestFile", kind: .bidirectional, isIdempotent: true, deadline: .seconds(30),
        callers: [.gateway], carriesTokens: false
    )

    /// Deadline: 1 s; may be retried, and is made a second time after 250 ms without an answer. Fails with not_found.
    package static let getFile = Method<GetFileRequest, FileReply>(
        id: 0x0403, name: "retriever.GetFile", kind: .unary, isIdempotent: true, deadline: .seconds(1),
        callers: [.gateway], carriesTokens: false, hedgeAfter: .milliseconds(250)
    )

    /// The organisation's files, newest first, by keyset pages.
    ///
    /// Deadline: 1 s; may be retried. Fails with invalid_argument (bad cursor).
    package static let listFiles = Method<ListFilesRequest, ListFilesReply>(
        id: 0x0404, name: "retriever.ListFiles", kind: .unary, isIdempotent: true, deadline: .seconds(1),
        callers: [.gateway], carriesTokens: false
    )

    /// Takes a file and its passages out of every search. Deleting what is gone is not_found.
    ///
    /// Deadline: 2 s; may be retried. Fails with not_found.
    package static let deleteFile = Method<DeleteFileRequest, DeleteFileReply>(
        id: 0x0405, name: "retriever.DeleteFile", kind: .unary, isIdempotent: true, deadline: .seconds(2),
        callers: [.gateway], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [
        findPassages.description,
        ingestFile.description,
        getFile.description,
        listFiles.description,
        deleteFile.description,
    ]
}
