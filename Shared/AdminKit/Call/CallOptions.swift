// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Primitives
import RPC

/// What a call carries besides its message.
package struct CallOptions: ParsableArguments {
    @Option(help: "On whose behalf: the organisation's id. Needs --project and --user.")
    var organisation: OrganisationID?

    @Option(help: "The project's id.")
    var project: ProjectID?

    @Option(help: "The user's id.")
    var user: UserID?

    @Option(help: "The API key's id; without it the user has signed in.")
    var keyId: APIKeyID?

    @Option(help: "The organisation's plan.")
    var plan: PlanArgument = .free

    @Option(help: "What the credential allows, separated by commas, as chat:write,files:read.")
    var scopes: String = ""

    @Option(name: .customLong("metadata"), help: "A pair key=value; up to sixteen.")
    var pairs: [String] = []

    @Option(help: "The trace to belong to, 32 hex digits; a new one without it.")
    var traceId: String?

    @Option(help: "The request id that logs show; one is made without it.")
    var requestId: String?

    package init() {}

    package mutating func validate() throws {
        let given = [organisation != nil, project != nil, user != nil].count { $0 }
        guard given == 0 || given == 3 else {
            throw ValidationError("--organisation, --project and --user go together.")
        }
        guard given == 3 || keyId == nil && scopes.isEmpty else {
            throw ValidationError("--key-id and --scopes belong to a user: give --organisation, --project and --user.")
        }
        guard pairs.count <= 16, pairs.allSatisfy({ $0.contains("=") }) else {
            throw ValidationError("--metadata is key=value, at most sixteen times.")
        }
        if let traceId, TraceContext(traceparent: "00-\(traceId)-0000000000000001-01") == nil {
            throw ValidationError("--trace-id is 32 hex digits, not all of them zero.")
        }
    }

    func apply(to context: inout CallContext) {
        if let organisation, let project, let user {
            context.principal = Principal(
                organisation: organisation, project: project, user: user, key: keyId, plan: plan.plan,
                scopes: scopes.split(separator: ",").map(String.init))
        }
        for pair in pairs {
            let key = pair.prefix { $0 != "=" }
            context.metadata[String(key)] = String(pair.dropFirst(key.count + 1))
        }
        if let traceId, let trace = TraceContext(traceparent: "00-\(traceId)-\(context.trace.spanID)-01") {
            context.trace = trace
        }
        if let requestId { context.requestID = requestId }
    }
}

/// A plan on the command line.
enum PlanArgument: String, ExpressibleByArgument, CaseIterable {
    case free, pro, enterprise

    var plan: Plan {
        switch self {
        case .free: .free
        case .pro: .pro
        case .enterprise: .enterprise
        }
    }
}
