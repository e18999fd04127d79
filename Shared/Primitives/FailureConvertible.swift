// SPDX-License-Identifier: Apache-2.0

/// An error of one of our own adapters that knows what a caller across the wire is to be told of it.
///
/// A handler may let such an error pass: the server translates it. Everything else that is no `Failure` is a case
/// nobody thought of, arrives as `internal`, and is counted.
package protocol FailureConvertible: Error {
    var failure: Failure { get }
}
