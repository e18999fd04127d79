// SPDX-License-Identifier: Apache-2.0

import Metrics
import Primitives

/// What the database client counts.
struct DatabaseMetrics: Sendable {
    /// From the call to the answer, waiting for a connection included.
    private let statements = Timer(label: "postgres_statement_seconds")
    private let failures = [
        "unavailable", "overloaded", "deadline", "cancelled", "serialization", "constraint", "permission",
        "invalid_input", "decoding", "syntax", "other",
    ].reduce(into: [String: Counter]()) { counters, kind in
        counters[kind] = Counter(label: "postgres_failures_total", dimensions: [("kind", kind)])
    }

    func succeeded(after duration: Duration) { statements.recordNanoseconds(duration.nanoseconds) }
    func failed(_ failure: DatabaseFailure) { failures[failure.label]?.increment() }
}
