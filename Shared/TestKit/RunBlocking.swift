// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Runs what blocks on a thread of its own and waits for it without holding one of the cooperative pool's.
package func runBlocking<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        let started = DetachedThread.start { continuation.resume(with: Result { try work() }) }
        if !started { continuation.resume(throwing: TestKitFailure("the system gave no thread")) }
    }
}

/// The machine cannot do what a test needs. Tests fail with it and are never skipped.
package struct TestKitFailure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
