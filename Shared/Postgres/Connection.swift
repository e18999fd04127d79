// SPDX-License-Identifier: Apache-2.0

import CPostgres
import DequeModule
import Primitives

/// One session with the server: sends requests down the pipeline and hands out what comes back, in order.
///
/// Belongs to the reactor's thread. Each request is a segment of the pipeline with a sync of its own: an error skips to
/// the end of its segment and its neighbours never notice. Without BEGIN a segment is one implicit transaction, which
/// is how the tenant set at its head covers its statements and nothing after them.
final class Connection {
    /// What the next result of a segment answers.
    private enum Step {
        case silent
        case prepare(SQL.Key)
        case rows
    }

    private struct Segment {
        var request: Request
        var steps: [Step] = []
        var answered = 0
        var rows: [Rows] = []
        var failure: DatabaseFailure?
        /// The current step has its result; the NULL that ends it is still to come.
        var hasResult = false
    }

    let descriptor: Int32
    private let session: OpaquePointer
    private var segments: Deque<Segment> = []
    private var statements = StatementCache()
    /// The server asked us to plan afresh: finish what was sent, then close.
    private(set) var isRetiring = false
    /// Who has this connection alone.
    var lease: Lease?
    /// What its socket is watched for at the moment.
    var watchedFor: UInt32 = 0
    /// Somebody waits to have it alone: no more statements of others.
    var isReserved = false

    /// Takes over a session that has just connected. nil when libpq will not pipeline on it.
    init?(session: OpaquePointer) {
        guard PQsetnonblocking(session, 1) == 0, PQenterPipelineMode(session) == 1 else { return nil }
        self.session = session
        descriptor = PQsocket(session)
        // Notices go nowhere: they quote values, and libpq would print them on standard error.
        PQsetNoticeReceiver(session, { _, _ in }, nil)
    }

    deinit { PQfinish(session) }

    var inFlight: Int { segments.count }

    /// What was sent and not yet answered, oldest first.
    var requests: [Request] { segments.map(\.request) }

    /// The request that has waited longest for the server, if its caller has left.
    var oldestAbandoned: MonotonicInstant? { segments.first?.request.abandoned }

    /// Sends a request. False when the session is broken; the request then fails with all others in `fail`.
    func send(_ request: Request, timeout: Duration) -> Bool {
        var segment = Segment(request: request)
        let done = write(request, timeout: timeout, into: &segment)
        request.stage = .sent
        segments.append(segment)
        return done && PQpipelineSync(session) == 1
    }

    private func write(_ request: Request, timeout: Duration, into segment: inout Segment) -> Bool {
        switch request.work {
        case .lease: return true
        case .statements(let statements):
            return write(settings(of: request, timeout), .silent, into: &segment)
                && statements.allSatisfy { write($0, .rows, into: &segment) }
        case .leased(let lease, let statements):
            if let opening = lease.opening {
                lease.opening = nil
                guard write(opening, .silent, into: &segment),
                    write(settings(of: request, timeout), .silent, into: &segment)
                else { return false }
            }
            return statements.allSatisfy { write($0, .rows, into: &segment) }
        case .end(_, let commit):
            return write(commit ? "COMMIT" : "ROLLBACK", .rows, into: &segment)
        }
    }

    /// Sets the tenant and the server's own limit for the statements that follow in the same transaction. Row-level
    /// policies read `parley.org`; empty means nobody, and nobody's rows are visible.
    private func settings(of request: Request, _ timeout: Duration) -> SQL {
        let tenant = request.tenant?.description ?? ""
        let limit = String(max(1, timeout.milliseconds))
        return "SELECT set_config('parley.org', \(tenant), true), set_config('statement_timeout', \(limit), true)"
    }

    private func write(_ sql: SQL, _ step: Step, into segment: inout Segment) -> Bool {
        let key = sql.key
        switch statements.plan(for: key) {
        case .use(let name):
            segment.steps.append(step)
            return PipelineWriter.execute(prepared: name, sql, on: session)
        case .prepare(let name):
            segment.steps.append(.prepare(key))
            segment.steps.append(step)
            return PipelineWriter.prepare(sql, as: name, on: session)
                && PipelineWriter.execute(prepared: name, sql, on: session)
        case .unprepared:
            segment.steps.append(step)
            return PipelineWriter.execute(sql, on: session)
        }
    }

    /// Pushes what libpq has buffered. nil when the session is broken, else whether some of it must wait for the
    /// socket.
    func flush() -> Bool? {
        switch PQflush(session) {
        case 0: false
        case 1: true
        default: nil
        }
    }

    /// Takes what has arrived and reports each request that it ends. False when the session is broken.
    func receive(_ finish: (Request, Result<Request.Reply, DatabaseFailure>) -> Void) -> Bool {
        guard PQconsumeInput(session) == 1 else { return false }
        // Two NULLs in a row mean that libpq has nothing more to say about what was sent.
        var nulls = 0
        while !segments.isEmpty, nulls < 2, PQisBusy(session) == 0 {
            guard let result = PQgetResult(session) else {
                nulls += 1
                endStep()
                continue
            }
            nulls = 0
            let status = PQresultStatus(result)
            if status == PGRES_PIPELINE_SYNC {
                PQclear(result)
                complete(segments.removeFirst(), finish)
            } else {
                take(result, status)
            }
            if PQstatus(session) != CONNECTION_OK { return false }
        }
        return PQstatus(session) == CONNECTION_OK
    }

    /// One result of the first segment. Each statement sends one; COPY, which would send more, is not for us.
    private func take(_ result: OpaquePointer, _ status: ExecStatusType) {
        segments[0].hasResult = true
        switch status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            guard segments[0].answered < segments[0].steps.count,
                case .rows = segments[0].steps[segments[0].answered]
            else { return PQclear(result) }
            segments[0].rows.append(Rows(result: ResultSet(owning: result)))
        case PGRES_PIPELINE_ABORTED:
            // Skipped because an earlier statement of the segment failed, which is the failure that counts.
            markPreparationFailed()
            PQclear(result)
        default:
            let failure = DatabaseFailure(result: result)
            if failure.detail.hasPrefix("SQLSTATE 0A000") { isRetiring = true }
            if segments[0].failure == nil { segments[0].failure = failure }
            markPreparationFailed()
            PQclear(result)
        }
    }

    private func markPreparationFailed() {
        guard segments[0].answered < segments[0].steps.count,
            case .prepare(let key) = segments[0].steps[segments[0].answered]
        else { return }
        statements.settle(key, prepared: false)
    }

    /// The NULL after a statement's result: the next result is the next statement's.
    private func endStep() {
        guard !segments.isEmpty, segments[0].hasResult else { return }
        segments[0].hasResult = false
        if segments[0].answered < segments[0].steps.count,
            case .prepare(let key) = segments[0].steps[segments[0].answered]
        {
            // Does nothing when the preparation failed: it is settled already.
            statements.settle(key, prepared: true)
        }
        segments[0].answered += 1
    }

    private func complete(
        _ segment: Segment, _ finish: (Request, Result<Request.Reply, DatabaseFailure>) -> Void
    ) {
        if let failure = segment.failure { return finish(segment.request, .failure(failure)) }
        if case .end(_, commit: true) = segment.request.work, segment.rows.first?.result.tag != "COMMIT" {
            // Postgres answers a COMMIT after a failed statement with ROLLBACK and no error.
            let failure = DatabaseFailure(.other("25P02"), detail: "a statement had failed; the commit rolled back")
            return finish(segment.request, .failure(failure))
        }
        finish(segment.request, .success(.rows(segment.rows)))
    }

    /// Gives up everything that was sent: the session is gone, and whether the server did it is not known.
    func fail(_ finish: (Request, Result<Request.Reply, DatabaseFailure>) -> Void) {
        let lost = segments
        segments = []
        for segment in lost {
            var failure = DatabaseFailure(.unavailable, detail: "the connection was lost", mayHaveHappened: true)
            // An error that the server did report stands; its transaction certainly did not happen.
            if let reported = segment.failure, reported.kind != .unavailable { failure = reported }
            finish(segment.request, .failure(failure))
        }
    }
}
