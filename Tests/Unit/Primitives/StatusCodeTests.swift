// SPDX-License-Identifier: Apache-2.0

import Primitives
import Testing

@Suite struct StatusCodeTests {
    @Test func everyCodeOfOursHasAWord() {
        #expect(StatusCode.ok.isKnown && StatusCode.ok.description == "ok")
        #expect(StatusCode.unauthenticated.isKnown && StatusCode.unauthenticated.description == "unauthenticated")
    }

    @Test func numbersFromElsewhereAreKeptAndNotKnown() {
        for number: UInt32 in [17, 107, .max] {
            #expect(!StatusCode(rawValue: number).isKnown)
            #expect(StatusCode(rawValue: number).description == "code_\(number)")
        }
    }
}
