// SPDX-License-Identifier: Apache-2.0

package import ArgumentParser
import Clients
import FoundationEssentials
import MessageJSON
import Primitives
import RPC
import Settings
import TLS

/// `call`: any method of any service from the command line, JSON in and out.
package struct CallCommand<Tool: AdminTool>: AsyncParsableCommand, Sendable {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "call", abstract: "Calls any method by its name, with JSON in and out.",
            discussion: """
                The request is a JSON object by protobuf's JSON mapping; @FILE and - read it from a file or standard \
                input. A method that takes a stream takes one object a line. Answers are one object a line, as they \
                come; token chunks are {"@tokens": …}. `methods` lists what can be called.

                A method not named for asking (Get…, List…, Find…) may change something: without --apply only the \
                request is shown. A service answers only the certificates on the method's list; --certificate and \
                --key choose another than this tool's own.

                Exits with 0, 64 for a wrong command line or request, 69 when nobody answers, and 100 plus the status \
                when the service refuses: 105 is not_found, 107 permission_denied.
                """)
    }

    @Argument(help: "The method, as orchestrator.ListModels.", completion: .list(MethodCatalogue.all.map(\.name)))
    var method: String?

    @Argument(help: "The request: JSON, @FILE, or - for standard input.")
    var request: String = "{}"

    @OptionGroup var admin: AdminOptions
    @OptionGroup var carried: CallOptions

    @Option(help: "Milliseconds to wait for the answer; wins over --timeout.")
    var deadlineMs: Int?

    @Option(help: "The name the server's certificate must carry; the method's service without it.")
    var serverName: String?

    @Option(help: "Keep what the connection says, in the clear, in this new file; `wire-dump` shows it.")
    var capture: String?

    @Flag(help: "List the methods instead, or describe the one that is named; as `methods` does.")
    var list = false

    @Flag(name: .shortAndLong, help: "Tell status, time and sizes, on standard error.")
    var verbose = false

    package init() {}

    package mutating func validate() throws {
        guard list || method != nil else { throw ValidationError("Name the method to call, or give --list.") }
        guard deadlineMs.map({ (1...3_600_000).contains($0) }) ?? true else {
            throw ValidationError("--deadline-ms is from 1 to 3600000.")
        }
    }

    package mutating func run() async throws {
        let status = await Self.status(of: self, environment: ProcessInfo.processInfo.environment)
        if status != AdminExit.ok { throw ArgumentParser.ExitCode(status) }
    }

    /// The verb's whole run, as the status it would exit with.
    package static func status(
        of command: Self, environment: [String: String],
        write: @escaping @Sendable (String, AdminReport.Stream) -> Void = AdminReport.toTerminal
    ) async -> Int32 {
        let report = AdminReport(
            tool: Tool.service.admin.rawValue, verb: "call", isJSON: true, isApplied: command.admin.apply, write: write)
        do {
            guard !command.list, let name = command.method else {
                try MethodsCommand<Tool>.show(command.method, json: command.admin.json, write)
                return AdminExit.ok
            }
            let method = try MethodName.find(name)
            let requests = try command.requests(of: method)
            var tap: CaptureWriter?
            // A dry run says nothing that is worth keeping, and the name is left for the call itself.
            if let file = command.capture, method.onlyAsks || command.admin.apply { tap = try CaptureWriter(file) }
            let call = NamedCall(method: method, requests: requests, report: report)
            let status = await command.call(call, tap, environment)
            if let note = tap?.note { report.note(note) }
            return status
        } catch {
            report.note("\(error)")
            return AdminExit.usage
        }
    }

    private func requests(of method: CatalogueMethod) throws -> [OpaqueMessage] {
        let text = try CallInput.read(request)
        guard method.description.kind == .bidirectional else {
            return [OpaqueMessage(octets: try MessageReading.octets(text, of: method.request))]
        }
        var requests: [OpaqueMessage] = []
        for (index, line) in text.split(separator: "\n").enumerated() where line.contains(where: { $0 != " " }) {
            do {
                requests.append(OpaqueMessage(octets: try MessageReading.octets(String(line), of: method.request)))
            } catch {
                throw MessageJSONFailure("request \(index + 1)", "\(error)")
            }
        }
        return requests
    }

    private func call(_ call: NamedCall, _ tap: CaptureWriter?, _ environment: [String: String]) async -> Int32 {
        let tool = Tool.service.admin.rawValue
        var place: AdminPlace?
        do {
            let found = try self.place(of: call.method, environment)
            place = found
            try await AdminPlace.connected(to: found, as: tool, reaching: serverName, tap: tap) { client in
                let timeout = deadlineMs.map { Duration.milliseconds($0) } ?? .seconds(admin.timeout)
                try await perform(call, client, timeout: timeout)
            }
            return AdminExit.ok
        } catch {
            return told(error, call.method, place, call.report)
        }
    }

    private func perform(_ call: NamedCall, _ client: RPCClient, timeout: Duration) async throws {
        let session = AdminSession(client: client, report: call.report, timeout: timeout)
        var context = session.context
        carried.apply(to: &context)
        let started = SystemTime().now()
        let sent = call.requests.reduce(0) { $0 + $1.octets.count }
        func tell(_ outcome: String) {
            guard verbose else { return }
            let milliseconds = Double((SystemTime().now() - started).nanoseconds / 1_000) / 1_000
            call.report.note(
                "\(outcome) after \(milliseconds) ms; sent \(call.requests.count) of \(sent) octets; request "
                    + "\(context.requestID), trace \(context.trace.traceID)")
        }
        do {
            guard let counts = try await outcome(call, client, context) else { return }
            tell("ok, received \(counts.messages) of \(counts.octets) octets,")
        } catch {
            tell("failed")
            throw error
        }
    }

    /// How many messages came and their octets; nil for a dry run.
    private func outcome(
        _ call: NamedCall, _ client: RPCClient, _ context: CallContext
    ) async throws -> (messages: Int, octets: Int)? {
        guard call.method.onlyAsks else {
            let shown = try call.shownRequests()
            return try await call.report.change(call.method.name, request: shown, requestID: context.requestID) {
                try await call.perform(client, context)
            }
        }
        return try await call.perform(client, context)
    }

    /// A service's own settings say where that service is; another one is looked for where it usually listens.
    private func place(of method: CatalogueMethod, _ environment: [String: String]) throws -> AdminPlace {
        let service = method.service ?? Tool.service
        var place = try AdminPlace.read(
            admin, tool: Tool.service.admin.rawValue, service: service, environment: environment)
        place.service = service
        if service != Tool.service, admin.address == nil { place.address = AdminPlace.standard(of: service) }
        return place
    }

    private func told(
        _ error: any Error, _ method: CatalogueMethod, _ place: AdminPlace?, _ report: AdminReport
    ) -> Int32 {
        let tool = Tool.service.admin.rawValue
        let told = AdminFailure(error, tool: tool, address: place.map { "\($0.address)" })
        guard let failure = error as? Failure else {
            report.note(told.text)
            return told.status
        }
        if failure.reason == "caller_not_allowed" {
            let callers = method.description.callers.map(\.rawValue).sorted().joined(separator: ", ")
            report.note(
                "\(failure.message) (\(failure.code), \(failure.reason))\n\(method.name) is for \(callers); the "
                    + "certificate in use carries \(place?.ownNames ?? "no name").")
        } else {
            report.note(told.text)
        }
        switch failure.retry {
        case .never: break
        case .now: report.note("It may be tried again now.")
        case .after(let wait): report.note("It may be tried again after \(wait.milliseconds) ms.")
        }
        if failure.reason == "no_connection" || failure.reason == "connection_lost" { return AdminExit.unreachable }
        return AdminExit.refusal(failure.code)
    }
}

extension NamedCall {
    /// The requests as a dry run and the audit line show them: secrets are told to be there, never what they are.
    fileprivate func shownRequests() throws -> String {
        guard let schema = MessageSchemas.of(method.request) else { return "null" }
        let shown = try requests.map { try MessageShowing(showsSecrets: false).json($0.octets, of: schema) }
        return method.description.kind == .bidirectional ? "[\(shown.joined(separator: ","))]" : shown[0]
    }
}
