// SPDX-License-Identifier: Apache-2.0

/// What a `POST /auth/login` brings. Not printable on purpose: it holds a password.
package struct SignInRequest: Sendable {
    /// Longer ones are refused before anyone hashes them; an address has at most 254 characters (RFC 5321).
    package static let maximumEmailBytes = 254
    package static let maximumPasswordBytes = 1_024

    package var email: String
    package var password: String

    package init(body: UnsafeRawBufferPointer) throws(RequestRefusal) {
        let fields = try RequestFields(body: body)
        email = try fields.requiredString("email")
        password = try fields.requiredString("password")
        try Self.check("email", email.utf8.count, Self.maximumEmailBytes)
        try Self.check("password", password.utf8.count, Self.maximumPasswordBytes)
    }

    private static func check(_ name: String, _ count: Int, _ maximum: Int) throws(RequestRefusal) {
        guard count <= maximum else {
            throw RequestRefusal(
                "Invalid '\(name)': string too long. Expected at most \(maximum) bytes.", parameter: name,
                code: "string_above_max_length")
        }
    }
}

extension SignInRequest: CustomStringConvertible {
    package var description: String { "SignInRequest(…)" }
}
