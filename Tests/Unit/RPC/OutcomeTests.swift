// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC
import Testing

@Suite struct OutcomeTests {
    /// Every code, by its number; the numbers behind are of no release yet.
    private static let table: [Outcome] = [
        .ok, .client, .fault, .client, .client, .client, .client, .client, .overload, .client, .client, .client,
        .client, .fault, .fault, .fault, .client, .fault, .fault,
    ]

    @Test func everyCodeHasItsClass() {
        for (number, outcome) in Self.table.enumerated() {
            #expect(Outcome(StatusCode(rawValue: UInt32(number)), isAnswered: true) == outcome, "\(number)")
        }
        #expect(Outcome(StatusCode(rawValue: .max), isAnswered: true) == .fault)
    }

    @Test func onlyADeadlineDependsOnWhoSaysIt() {
        for (number, outcome) in Self.table.enumerated() {
            let code = StatusCode(rawValue: UInt32(number))
            #expect(Outcome(code, isAnswered: false) == (code == .deadlineExceeded ? .fault : outcome))
        }
    }
}
