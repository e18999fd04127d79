// SPDX-License-Identifier: Apache-2.0

import AuthDomain
import Primitives
import Testing

@Suite struct KeyVerificationTests {
    private let now = Timestamp(microseconds: 1_000_000_000_000)

    private func record(
        expiresIn: Duration? = nil, isRevoked: Bool = false, isSuspended: Bool = false
    ) -> KeyRecord {
        let id = UUIDv7(high: 1, low: 2)
        return KeyRecord(
            principal: Principal(
                organisation: OrganisationID(id), project: ProjectID(id), user: UserID(id), key: APIKeyID(id),
                plan: .free, scopes: []),
            expiresAt: expiresIn.map { now + $0 }, revokedAt: isRevoked ? now : nil, isSuspended: isSuspended)
    }

    @Test func aGoodKeyIsCachedForFiveSecondsAtMost() throws {
        #expect(try KeyVerification.judge(record(), at: now) == .seconds(5))
        #expect(try KeyVerification.judge(record(expiresIn: .seconds(2)), at: now) == .seconds(2))
    }

    @Test func badKeysAreRefused() {
        #expect(throws: KeyRefusal.unknown) { try KeyVerification.judge(nil, at: now) }
        #expect(throws: KeyRefusal.revoked) { try KeyVerification.judge(record(isRevoked: true), at: now) }
        #expect(throws: KeyRefusal.expired) { try KeyVerification.judge(record(expiresIn: .zero), at: now) }
        #expect(throws: KeyRefusal.suspended) { try KeyVerification.judge(record(isSuspended: true), at: now) }
    }

    @Test(arguments: [
        ("Short1", PasswordPolicy.Weakness.tooShort), ("alllower1", .noUpperCase), ("ALLUPPER1", .noLowerCase),
        ("NoDigitsHere", .noDigit), ("Password123", .common), (String(repeating: "Aa1", count: 30), .tooLong),
    ])
    func weakPasswordsAreRefused(_ password: String, _ weakness: PasswordPolicy.Weakness) {
        #expect(throws: weakness) { try PasswordPolicy.check(password) }
    }

    @Test func attemptsWaitAfterFiveAndLockAfterTen() {
        let wait = { (window: Int, row: Int) in
            LoginAttempts.wait(
                failuresInWindow: window, windowLeft: .seconds(60), failuresInRow: row, lockLeft: .seconds(600))
        }
        #expect(wait(4, 4) == nil)
        #expect(wait(5, 5) == .seconds(60))
        #expect(wait(0, 10) == .seconds(600))
    }

    @Test func aKeyShowsItsProjectAndHidesItsSecret() {
        let project = ProjectID(UUIDv7(high: 1, low: 0xDEAD_BEEF))
        let key = APIKeyText(project: project, secret: String(repeating: "s", count: 43))
        #expect(key.text.hasPrefix("sk-deadbeef-"))
        #expect(key.prefix.count == APIKeyText.prefixLength)
    }
}
