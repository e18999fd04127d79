// SPDX-License-Identifier: Apache-2.0

import AuthService
import Cryptography
import Messages
import Primitives
import Redis
import Testing

@Suite struct RevokeKeyTests {
    @Test func aRevokedKeyIsToldToGatewaysAndRefused() async throws {
        try await AuthFixture.use { fixture in
            let organisation = try await fixture.makeOrganisation("revokes").organisationID
            let made = try await fixture.service.createKey(
                CreateKeyRequest(organisationID: organisation), fixture.context)
            let revoke = RevokeKeyRequest(organisationID: organisation, keyID: made.keyID)
            var messages = fixture.listener.subscribe(to: RevocationBroadcast.channel).makeAsyncIterator()
            guard case .resubscribed = await messages.next() else {
                Issue.record("the subscription did not begin")
                return
            }
            #expect(try await fixture.service.revokeKey(revoke, fixture.context).changed)
            guard case .message(let hash) = await messages.next() else {
                Issue.record("the revocation was not told")
                return
            }
            #expect(hash == SHA256.hash(made.key))
            let failure = await #expect(throws: Failure.self) {
                try await fixture.service.verifyKey(VerifyKeyRequest(keyHash: hash), fixture.context)
            }
            #expect(failure?.code == .unauthenticated)
            #expect(try await fixture.service.revokeKey(revoke, fixture.context).changed == false)
        }
    }

    @Test func anotherOrganisationsKeyIsNotFound() async throws {
        try await AuthFixture.use { fixture in
            let ours = try await fixture.makeOrganisation("ours").organisationID
            let theirs = try await fixture.makeOrganisation("theirs").organisationID
            let key = try await fixture.service.createKey(CreateKeyRequest(organisationID: ours), fixture.context)
            let failure = await #expect(throws: Failure.self) {
                try await fixture.service.revokeKey(
                    RevokeKeyRequest(organisationID: theirs, keyID: key.keyID), fixture.context)
            }
            #expect(failure?.code == .notFound)
            _ = try await fixture.service.verifyKey(VerifyKeyRequest(keyHash: SHA256.hash(key.key)), fixture.context)
        }
    }
}
