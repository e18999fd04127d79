// SPDX-License-Identifier: Apache-2.0

/// How a call ended, with gRPC's sixteen codes plus success, numbered as gRPC numbers them
/// (https://grpc.github.io/grpc/core/md_doc_statuscodes.html), so that every client library's reader knows them.
///
/// A number this build does not know is kept as it came (`init(rawValue:)` accepts all of them): a newer peer may
/// say more than we understand, and relaying it is better than renaming it.
package struct StatusCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let ok = StatusCode(rawValue: 0)
    package static let cancelled = StatusCode(rawValue: 1)
    package static let unknown = StatusCode(rawValue: 2)
    package static let invalidArgument = StatusCode(rawValue: 3)
    package static let deadlineExceeded = StatusCode(rawValue: 4)
    package static let notFound = StatusCode(rawValue: 5)
    package static let alreadyExists = StatusCode(rawValue: 6)
    package static let permissionDenied = StatusCode(rawValue: 7)
    package static let resourceExhausted = StatusCode(rawValue: 8)
    package static let failedPrecondition = StatusCode(rawValue: 9)
    package static let aborted = StatusCode(rawValue: 10)
    package static let outOfRange = StatusCode(rawValue: 11)
    package static let unimplemented = StatusCode(rawValue: 12)
    package static let `internal` = StatusCode(rawValue: 13)
    package static let unavailable = StatusCode(rawValue: 14)
    package static let dataLoss = StatusCode(rawValue: 15)
    package static let unauthenticated = StatusCode(rawValue: 16)
}

extension StatusCode: CustomStringConvertible {
    private static let names = [
        "ok", "cancelled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists",
        "permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range",
        "unimplemented", "internal", "unavailable", "data_loss", "unauthenticated",
    ]

    /// Whether this build has a word for the number.
    package var isKnown: Bool { rawValue < UInt32(Self.names.count) }

    /// The code's name in snake case, as logs and metrics spell it; `code_<n>` for a number we do not know.
    package var description: String {
        isKnown ? Self.names[Int(rawValue)] : "code_\(rawValue)"
    }
}
