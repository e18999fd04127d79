// SPDX-License-Identifier: Apache-2.0

import AuthDomain
import Cryptography
import Postgres
import Primitives

extension Failure {
    /// Unknown, revoked and expired sound alike to the outside: the difference would help a guesser.
    init(_ refusal: KeyRefusal) {
        switch refusal {
        case .unknown, .revoked, .expired:
            self.init(
                .unauthenticated, "The API key is not valid.", reason: "invalid_api_key", detail: "\(refusal)")
        case .suspended:
            self.init(
                .permissionDenied, "The account is suspended; ask your administrator.", reason: "account_suspended")
        }
    }

    init(_ weakness: PasswordPolicy.Weakness) {
        self.init(.invalidArgument, weakness.sentence, reason: "weak_password")
    }

    /// The same for a wrong address and a wrong password, and after the same time.
    static let wrongCredentials = Failure(
        .unauthenticated, "E-mail address or password is wrong.", reason: "invalid_credentials")

    static func tooManyAttempts(wait: Duration) -> Failure {
        Failure(
            .resourceExhausted, "Too many wrong passwords; try again in \(max(1, wait.milliseconds / 1_000)) seconds.",
            reason: "too_many_attempts", retry: .after(wait))
    }
}
