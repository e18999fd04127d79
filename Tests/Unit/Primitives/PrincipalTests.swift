// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@Suite struct PrincipalTests {
    private func principal(_ scopes: String...) -> Principal {
        let ids = SequentialIdentifiers()
        return Principal(
            organisation: ids.make(), project: ids.make(), user: ids.make(), key: nil, plan: .pro, scopes: scopes)
    }

    @Test func grantedScopeIsAllowedAndNoOther() {
        let reader = principal("files:read", "chat:write")
        #expect(reader.allows("files:read"))
        #expect(reader.allows("chat:write"))
        #expect(!reader.allows("files:write"))
        #expect(!reader.allows("files"))
        #expect(!reader.allows(""))
    }

    @Test func wildcardCoversItsOwnKindOnly() {
        let writer = principal("files:*")
        #expect(writer.allows("files:read"))
        #expect(writer.allows("files:write"))
        #expect(!writer.allows("filesystem:read"))
        #expect(!writer.allows("chat:write"))
    }

    @Test func adminAllowsEverything() {
        #expect(principal("admin:*").allows("chat:write"))
        #expect(principal("admin:*").allows("admin:keys"))
    }

    @Test func nothingGrantedAllowsNothing() {
        #expect(!principal().allows("chat:write"))
        #expect(!principal("*").allows("chat:write"))
        #expect(!principal("admin").allows("admin:keys"))
    }
}
