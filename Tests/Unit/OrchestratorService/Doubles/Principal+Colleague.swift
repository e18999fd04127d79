// SPDX-License-Identifier: Apache-2.0

import Primitives

extension Principal {
    /// Another person of the same organisation, with the same key and scopes.
    func colleague(_ user: UserID) -> Principal {
        Principal(organisation: organisation, project: project, user: user, key: key, plan: plan, scopes: scopes)
    }
}
