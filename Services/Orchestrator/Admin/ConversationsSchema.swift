// SPDX-License-Identifier: Apache-2.0

import AdminKit
import Primitives

/// What `orchestrator-admin migrate` brings up to date.
enum ConversationsSchema: MigratedSchema {
    static let service = PeerName.orchestrator
    static let schema = "conversations"
    static let folder = "Services/Orchestrator/Migrations"
}
