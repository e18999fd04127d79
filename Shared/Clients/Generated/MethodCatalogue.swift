// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from every file under Proto. Do not edit: run `make proto`.

/// Every method of every contract, for tools that call by name.
package enum MethodCatalogue {
    package static let all: [CatalogueMethod] = [
        CatalogueMethod(
            AuthAdminMethods.createOrganisation,
            failures: "already_exists (name or e-mail taken), invalid_argument",
            doc: "Creates an organisation with its first project and its owner."),
        CatalogueMethod(
            AuthAdminMethods.createKey,
            failures: "not_found (organisation, project or user), invalid_argument (unknown scope)",
            doc: "Creates an API key. Its text is in this reply and nowhere else, ever."),
        CatalogueMethod(
            AuthAdminMethods.revokeKey,
            failures: "not_found",
            doc: "Revokes a key on every gateway at once."),
        CatalogueMethod(
            AuthAdminMethods.listKeys,
            failures: "not_found",
            doc: "Lists an organisation's keys, newest first, without their text."),
        CatalogueMethod(
            AuthAdminMethods.listOrganisations,
            failures: "unavailable",
            doc: "Lists organisations by name."),
        CatalogueMethod(
            AuthAdminMethods.createUser,
            failures: "already_exists, not_found, invalid_argument (weak password, unknown role)",
            doc: "Adds a person to an organisation, with a password or without."),
        CatalogueMethod(
            AuthMethods.verifyKey,
            failures: "unauthenticated (unknown, revoked or expired key), permission_denied (organisation suspended)",
            doc: "Turns the SHA-256 of an API key into the principal it stands for."),
        CatalogueMethod(
            AuthMethods.login,
            failures: "unauthenticated, resource_exhausted (too many attempts), permission_denied (account suspended)",
            doc: "Checks a password and opens a session. Slow on purpose (bcrypt); attempts are limited per account."),
        CatalogueMethod(
            AuthMethods.logout,
            failures: "unavailable",
            doc: "Ends a session. Ending one that does not exist is a success."),
        CatalogueMethod(
            AuthMethods.listSigningKeys,
            failures: "unavailable",
            doc: "The public halves of the keys that sign access tokens, as a JWK set (RFC 7517)."),
        CatalogueMethod(
            AuthMethods.touchSession,
            failures: "unauthenticated, unavailable",
            doc: "Whether a session still lives; its last activity moves to now."),
        CatalogueMethod(
            BillingAdminMethods.getUsage,
            failures: "invalid_argument (from after to)",
            doc: "Usage and charges of one organisation, summed by day and model."),
        CatalogueMethod(
            BillingAdminMethods.listReservations,
            failures: "unavailable",
            doc: "Open reservations, oldest first."),
        CatalogueMethod(
            BillingAdminMethods.listPlans,
            failures: "unavailable",
            doc: "The plans with their limits."),
        CatalogueMethod(
            BillingAdminMethods.setLimits,
            failures: "unavailable",
            doc: "Gives one organisation limits of its own instead of its plan's; takes effect within a minute everywhere."),
        CatalogueMethod(
            BillingMethods.admit,
            failures: "unavailable (Redis down: the gateway then applies local limits); a refusal is an answer, not a failure",
            doc: "Asks whether one more request may start now: request and token buckets and quotas, in one step."),
        CatalogueMethod(
            BillingMethods.reserve,
            failures: "resource_exhausted (budget or quota), failed_precondition (turn already ended), not_found (no price)",
            doc: "Sets money aside for a turn before it starts. The same turn again gets the same reservation."),
        CatalogueMethod(
            BillingMethods.settle,
            failures: "failed_precondition (already released), unavailable",
            doc: "Ends a reservation by charging what was used. Exactly once per turn, however often it is called."),
        CatalogueMethod(
            BillingMethods.release,
            failures: "failed_precondition (already settled), unavailable",
            doc: "Ends a reservation without charge. Exactly once per turn, however often it is called."),
        CatalogueMethod(
            GatewayAdminMethods.getStatus,
            failures: "unavailable",
            doc: "What this replica is doing: open connections and streams, cached keys, and which services it reaches."),
        CatalogueMethod(
            GatewayAdminMethods.flushKeys,
            failures: "unavailable",
            doc: "Forgets every cached key and signing key, so that the next request asks auth."),
        CatalogueMethod(
            ModelWorkerMethods.generate,
            failures: "not_found (model), invalid_argument (context_length_exceeded), resource_exhausted (queue full), aborted (stale epoch), unavailable (draining)",
            doc: "Generates one answer. Events: one `started`, then token chunks, then one `finished`; a failure ends the stream. Cancelling the call frees the sequence before the next step. A call with an older epoch for a turn that runs here is refused; one with a newer epoch ends the older."),
        CatalogueMethod(
            ModelWorkerMethods.embed,
            failures: "not_found (model), invalid_argument (text too long, too many), resource_exhausted, unavailable",
            doc: "Embeds texts with an embedding model; vectors have length one."),
        CatalogueMethod(
            ModelWorkerMethods.tokenize,
            failures: "not_found (model)",
            doc: "Counts and lists the tokens of a rendered prompt or of a plain text."),
        CatalogueMethod(
            ModelWorkerMethods.watchLoad,
            failures: "unavailable",
            doc: "The worker's load, at once, then on every change (at most every 10 ms) and at least every 250 ms, as long as the call lives."),
        CatalogueMethod(
            ModelWorkerMethods.rank,
            failures: "not_found (model), invalid_argument (text too long, too many), resource_exhausted, unavailable",
            doc: "Says how well each text answers a query: by a ranking model its own score, higher is better; by an embedding model the cosine of their embeddings, between -1 and 1."),
        CatalogueMethod(
            ModelWorkerAdminMethods.drain,
            failures: "unavailable",
            doc: "Stops taking new work; what runs is finished."),
        CatalogueMethod(
            ModelWorkerAdminMethods.undrain,
            failures: "unavailable",
            doc: "Takes new work again."),
        CatalogueMethod(
            ModelWorkerAdminMethods.getLoad,
            failures: "unavailable",
            doc: "The load as WatchLoad would report it now."),
        CatalogueMethod(
            ModelWorkerAdminMethods.getCacheStatistics,
            failures: "unavailable",
            doc: "What the prefix cache did since the start, in all and for the tenants that asked most."),
        CatalogueMethod(
            ModelWorkerAdminMethods.listAdapters,
            failures: "unavailable",
            doc: "The adapters that requests may ask for, and those that are leaving."),
        CatalogueMethod(
            ModelWorkerAdminMethods.loadAdapter,
            failures: "invalid_argument (name, file, not an adapter of this model), already_exists, resource_exhausted (number, memory), failed_precondition (no folder), unavailable",
            doc: "Loads an adapter from the worker's folder of adapters, between two steps."),
        CatalogueMethod(
            ModelWorkerAdminMethods.unloadAdapter,
            failures: "not_found, failed_precondition (another server's), unavailable",
            doc: "Takes an adapter away: from now on nobody gets it, and its memory goes with the last answer that uses it."),
        CatalogueMethod(
            ModerationMethods.judgeText,
            failures: "invalid_argument (too long), unavailable",
            doc: "Judges one whole text: allow it, redact parts of it, or block it."),
        CatalogueMethod(
            ModerationMethods.judgeStream,
            failures: "invalid_argument (offsets that do not follow each other), unavailable",
            doc: "Judges an answer while it is written. The first message starts the stream; every chunk is answered by how far the text may be released. Nothing is held that no partial match covers."),
        CatalogueMethod(
            ModerationAdminMethods.explainText,
            failures: "invalid_argument",
            doc: "Judges a text under an organisation's policy and says which rules fired."),
        CatalogueMethod(
            ModerationAdminMethods.blockPhrase,
            failures: "invalid_argument (empty or too long)",
            doc: "Adds a phrase to an organisation's blocklist; takes effect on every replica within seconds."),
        CatalogueMethod(
            ModerationAdminMethods.listPhrases,
            failures: "unavailable",
            doc: "Lists an organisation's blocked phrases."),
        CatalogueMethod(
            OrchestratorAdminMethods.listWorkers,
            failures: "unavailable",
            doc: "The fleet as this replica sees it."),
        CatalogueMethod(
            OrchestratorAdminMethods.getTurns,
            failures: "unavailable",
            doc: "How many turns stand in which state, and how far the outbox is behind."),
        CatalogueMethod(
            OrchestratorAdminMethods.listRoutes,
            failures: "unavailable",
            doc: "Every route, as this replica follows it."),
        CatalogueMethod(
            OrchestratorAdminMethods.setRoute,
            failures: "invalid_argument, unavailable",
            doc: "Makes a route, or another one of the same name; every replica follows it within seconds."),
        CatalogueMethod(
            OrchestratorAdminMethods.removeRoute,
            failures: "unavailable",
            doc: "Takes a route away: its name is then no model's, or that of the model it hid."),
        CatalogueMethod(
            OrchestratorAdminMethods.explainRoute,
            failures: "not_found, invalid_argument",
            doc: "Which model would answer a question now, and why; nothing is asked of it."),
        CatalogueMethod(
            OrchestratorAdminMethods.explainPlacement,
            failures: "not_found (turn), invalid_argument, unavailable",
            doc: "Why a request went, or would go, where it does: for a turn its last decisions, as long as they are remembered; for a model and the beginning of a prompt every worker of now, with what the request would cost there."),
        CatalogueMethod(
            OrchestratorMethods.startTurn,
            failures: "not_found (model, conversation), invalid_argument (context_length_exceeded, content_policy), resource_exhausted (budget, queue), unavailable",
            doc: "Runs one turn. Events: one `started`, at most one `citations`, token chunks (text only), one `finished`. A failure before any token ends the stream with its status; after that `finished` says what happened. The same turn id again joins the running turn or tells its end."),
        CatalogueMethod(
            OrchestratorMethods.resumeTurn,
            failures: "not_found (unknown or past its resume window)",
            doc: "Follows a turn from a place in its log: chunks whose seq is at least `after_seq`, then the end."),
        CatalogueMethod(
            OrchestratorMethods.cancelTurn,
            failures: "not_found",
            doc: "Ends a turn now; what was written is kept and charged."),
        CatalogueMethod(
            OrchestratorMethods.embed,
            failures: "not_found (model), invalid_argument, resource_exhausted, unavailable",
            doc: "Embeddings through the fleet, in a bulkhead of their own."),
        CatalogueMethod(
            OrchestratorMethods.listModels,
            failures: "unavailable",
            doc: "The models the fleet can serve now or could a moment ago."),
        CatalogueMethod(
            OrchestratorMethods.createConversation,
            failures: "invalid_argument, already_exists (same id, other owner)",
            doc: ""),
        CatalogueMethod(
            OrchestratorMethods.getConversation,
            failures: "not_found",
            doc: ""),
        CatalogueMethod(
            OrchestratorMethods.listConversations,
            failures: "invalid_argument",
            doc: "The caller's conversations, newest first, by keyset pages."),
        CatalogueMethod(
            OrchestratorMethods.deleteConversation,
            failures: "not_found",
            doc: "Hides a conversation at once; its rows go when retention and legal hold allow."),
        CatalogueMethod(
            OrchestratorMethods.rank,
            failures: "not_found (model), invalid_argument, resource_exhausted, unavailable",
            doc: "Says how well texts answer a query, by a cross-encoder or an embedding model, in the bulkhead of embeddings."),
        CatalogueMethod(
            OrchestratorMethods.listItems,
            failures: "not_found, invalid_argument",
            doc: "The items of a conversation, oldest first, by keyset pages."),
        CatalogueMethod(
            RetrieverAdminMethods.searchPassages,
            failures: "invalid_argument",
            doc: "Searches as an organisation would."),
        CatalogueMethod(
            RetrieverAdminMethods.getIngestion,
            failures: "unavailable",
            doc: "How many files stand in which state, and how far ingestion is behind."),
        CatalogueMethod(
            RetrieverMethods.findPassages,
            failures: "invalid_argument (empty query), unavailable; the turn goes on without context and says so",
            doc: "The passages of the organisation's files nearest to a query, by vector and by words together."),
        CatalogueMethod(
            RetrieverMethods.ingestFile,
            failures: "invalid_argument (type not supported, too large, not UTF-8), already_exists (same id, other bytes)",
            doc: "Stores a file and starts its ingestion. The first message describes it, the others carry its bytes in order. The one answer comes when the bytes are safe; ingestion goes on behind it."),
        CatalogueMethod(
            RetrieverMethods.getFile,
            failures: "not_found",
            doc: ""),
        CatalogueMethod(
            RetrieverMethods.listFiles,
            failures: "invalid_argument (bad cursor)",
            doc: "The organisation's files, newest first, by keyset pages."),
        CatalogueMethod(
            RetrieverMethods.deleteFile,
            failures: "not_found",
            doc: "Takes a file and its passages out of every search. Deleting what is gone is not_found."),
    ]
}
