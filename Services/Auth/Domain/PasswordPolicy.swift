// SPDX-License-Identifier: Apache-2.0

/// Which passwords are accepted (spec 09.8).
package enum PasswordPolicy {
    package static let shortest = 8
    /// bcrypt reads 72 octets and ignores the rest; a longer password would promise more than it keeps.
    package static let longestBytes = 72
    package static let cost = 12

    package enum Weakness: Error, Hashable, Sendable {
        case tooShort, tooLong, noUpperCase, noLowerCase, noDigit, common

        package var sentence: String {
            switch self {
            case .tooShort: "The password needs at least \(PasswordPolicy.shortest) characters."
            case .tooLong: "The password may have at most \(PasswordPolicy.longestBytes) bytes."
            case .noUpperCase: "The password needs an upper-case letter."
            case .noLowerCase: "The password needs a lower-case letter."
            case .noDigit: "The password needs a digit."
            case .common: "The password is one of the most common ones; choose another."
            }
        }
    }

    /// The few that satisfy all other rules and head every list of stolen passwords.
    private static let common: Set<String> = [
        "password1", "passw0rd", "password123", "qwerty123", "welcome1", "admin123", "letmein1", "abc12345",
        "iloveyou1", "changeme1",
    ]

    package static func check(_ password: String) throws(Weakness) {
        if password.count < shortest { throw .tooShort }
        if password.utf8.count > longestBytes { throw .tooLong }
        if !password.contains(where: \.isUppercase) { throw .noUpperCase }
        if !password.contains(where: \.isLowercase) { throw .noLowerCase }
        if !password.contains(where: \.isNumber) { throw .noDigit }
        if common.contains(password.lowercased()) { throw .common }
    }
}
