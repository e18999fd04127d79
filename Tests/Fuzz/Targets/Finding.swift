// SPDX-License-Identifier: Apache-2.0

/// A claim that an input has refuted. The driver turns it into a crash, which libFuzzer keeps; a test reports it.
package struct Finding: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Throws a finding unless the claim holds.
func claim(_ holds: Bool, _ sentence: @autoclosure () -> String) throws {
    guard holds else { throw Finding(sentence()) }
}
