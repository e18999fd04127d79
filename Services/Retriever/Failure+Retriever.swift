// SPDX-License-Identifier: Apache-2.0

import ObjectStore
import Primitives
import RetrieverDomain

extension Failure {
    init(_ refusal: FileRules.Refusal) {
        self.init(.invalidArgument, refusal.sentence, reason: "invalid_file")
    }

    init(_ failure: ObjectStoreFailure) {
        switch failure {
        case .notFound:
            self.init(.dataLoss, "The file's bytes are gone.", reason: "file_bytes_missing")
        case .unavailable(let detail):
            self.init(
                .unavailable, "The file store cannot be reached now.", reason: "object_store_unavailable", retry: .now,
                detail: detail)
        }
    }

    static let noSuchFile = Failure(.notFound, "There is no such file.", reason: "file_not_found")
}
