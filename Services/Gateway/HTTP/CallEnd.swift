// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import HTTPEdge
import Logging
import NIOHTTP1
import Primitives
import Telemetry

/// What every answer gets on its way out: headers, its span, and one line in the log for a turn.
///
/// The line says who, how long and how much; it never holds a word of what was said.
struct CallEnd: Sendable {
    let service: GatewayService
    let route: String
    let isTurn: Bool

    /// The answer with its headers. A streamed one is accounted for when its stream ends.
    func decorated(_ response: HTTPResponse, _ call: PublicCall) -> HTTPResponse {
        var response = response
        add(to: &response.headers, call)
        guard case .stream(let produce) = response.body else {
            close(call, response.status, nil)
            return response
        }
        let status = response.status
        response.body = .stream { writer in
            do {
                try await produce(writer)
                self.close(call, status, call.notes.all.lateError)
            } catch {
                throw self.broken(error, call)
            }
        }
        return response
    }

    /// Nothing has been written, or nobody is left to read: the edge makes the answer of this. Apart from the stream,
    /// whose frame stays with it.
    @inline(never)
    private func broken(_ error: any Error, _ call: PublicCall) -> PublicError {
        var said = PublicError(error)
        add(to: &said.headers, call)
        close(call, said.status, said)
        return said
    }

    func refused(_ error: any Error, _ call: PublicCall) -> HTTPResponse {
        let said = PublicError(error)
        var response = said.response
        add(to: &response.headers, call)
        close(call, said.status, said)
        return response
    }

    private func add(to headers: inout HTTPHeaders, _ call: PublicCall) {
        headers.replaceOrAdd(name: "x-request-id", value: call.requestID)
        // For a stream this is the time until its turn was started: its head leaves later, with the first token.
        let milliseconds = (service.time.now() - call.started).milliseconds
        headers.replaceOrAdd(name: "openai-processing-ms", value: "\(milliseconds)")
        for (name, value) in call.notes.all.limits?.headers ?? [] { headers.replaceOrAdd(name: name, value: value) }
    }

    private func close(_ call: PublicCall, _ status: HTTPResponseStatus, _ error: PublicError?) {
        let ended = service.time.now()
        service.record(
            Span(
                route, kind: .server, context: call.trace, parent: call.parentSpan, start: call.startedAt,
                end: service.time.timestamp(), status: Self.code(of: status),
                attributes: [
                    (SpanKey.requestID, .text(call.requestID)), (SpanKey.httpRoute, .text(route)),
                    (SpanKey.httpStatus, .integer(Int64(status.code))),
                ]))
        let isOurFault = (error?.status.code ?? 0) >= 500
        guard isTurn || isOurFault else { return }
        let facts = call.notes.all
        if isTurn { service.metrics.turnEnded(facts, started: call.started) }
        var line: Logger.Metadata = [
            "request_id": "\(call.requestID)", "trace_id": "\(call.trace.traceID)", "route": "\(route)",
            "status": "\(status.code)", "ms": "\((ended - call.started).milliseconds)",
        ]
        if let principal = call.principal { line["organisation"] = "\(principal.organisation)" }
        if let turn = facts.turn { line["turn"] = "\(turn)" }
        // A client's text until a service knew it: only its start is worth a line.
        if let model = facts.model { line["model"] = "\(model.prefix(64))" }
        if let first = facts.firstTokenAt { line["first_token_ms"] = "\((first - call.started).milliseconds)" }
        if let usage = facts.usage {
            line["prompt_tokens"] = "\(usage.prompt)"
            line["cached_tokens"] = "\(usage.cached)"
            line["completion_tokens"] = "\(usage.completion)"
        }
        if let finish = facts.finishReason { line["finish"] = "\(finish)" }
        if let error {
            line["code"] = "\(error.code ?? "")"
            if isOurFault, let detail = error.detail { line["detail"] = "\(detail)" }
        }
        service.logger.log(level: isOurFault ? .error : .info, isTurn ? "turn" : "request failed", metadata: line)
    }

    /// The span's status: what a trace's reader should look at is what we did wrong.
    private static func code(of status: HTTPResponseStatus) -> StatusCode {
        switch status.code {
        case ..<400: .ok
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .notFound
        case 429: .resourceExhausted
        case 499: .cancelled
        case ..<500: .invalidArgument
        case 503: .unavailable
        case 504: .deadlineExceeded
        default: .internal
        }
    }
}
