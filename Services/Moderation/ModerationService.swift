// SPDX-License-Identifier: Apache-2.0

import Clients
package import Logging
import ModerationDomain
package import Postgres
package import Primitives
package import RPC

/// Judges text: what people send, what documents say, what models answer.
package struct ModerationService: Sendable {
    let policies: PolicyStore
    let verdicts: VerdictLog
    let identifiers: any IdentifierSource

    package init(
        database: Database, time: any TimeSource, identifiers: any IdentifierSource, logger: Logger
    ) {
        policies = PolicyStore(database: database, time: time)
        verdicts = VerdictLog(database: database, time: time, logger: logger)
        self.identifiers = identifiers
    }

    /// Everything this service offers.
    package var methods: MethodTable {
        var table = MethodTable()
        table.unary(ModerationMethods.judgeText, judgeText)
        table.bidirectional(ModerationMethods.judgeStream, judgeStream)
        table.unary(ModerationAdminMethods.explainText, explainText)
        table.unary(ModerationAdminMethods.blockPhrase, blockPhrase)
        table.unary(ModerationAdminMethods.listPhrases, listPhrases)
        return table
    }

    /// The long-lived part: writes verdicts down behind the answers.
    package var verdictLog: VerdictLog { verdicts }
}
