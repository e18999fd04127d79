// SPDX-License-Identifier: Apache-2.0

import ModerationDomain
import Primitives

extension Failure {
    /// What a caller is told whose chunks do not follow each other. The stream cannot be judged further.
    init(_: StreamJudge.OutOfOrder) {
        self.init(
            .invalidArgument, "A chunk does not begin where the one before it ended.", reason: "chunk_out_of_order")
    }

    static func textTooLong(limit: Int) -> Failure {
        Failure(.invalidArgument, "The text is longer than \(limit) bytes.", reason: "text_too_long")
    }

    static let missingDirection = Failure(
        .invalidArgument, "The direction of the text is missing.", reason: "missing_direction")
}
