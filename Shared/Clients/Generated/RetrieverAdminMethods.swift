// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/retriever/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `RetrieverAdmin`: what a caller and a server must agree on.
package enum RetrieverAdminMethods {
    /// Searches as an organisation would.
    ///
    /// Deadline: 5 s; may be retried. Fails with invalid_argument.
    package static let searchPassages = Method<SearchPassagesRequest, SearchPassagesReply>(
        id: 0x0481, name: "retriever.SearchPassages", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.retriever.admin], carriesTokens: false
    )

    /// How many files stand in which state, and how far ingestion is behind.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let getIngestion = Method<GetIngestionRequest, GetIngestionReply>(
        id: 0x0482, name: "retriever.GetIngestion", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.retriever.admin], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [searchPassages.description, getIngestion.description]
}
