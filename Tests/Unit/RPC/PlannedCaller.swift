// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC
import Synchronization
import TestKit

/// Makes planned calls and holds what it hears against their plans.
final class PlannedCaller: Sendable {
    private let client: RPCClient
    /// Calls made, those of slow readers among them.
    let made = Atomic<Int>(0)
    /// Calls with effects that ended well.
    let done = Mutex<[String]>([])
    /// A call may end so much after its deadline, on a machine with other work.
    private static let lateness = Duration.seconds(10)

    init(_ client: RPCClient) { self.client = client }

    /// What has come of one call so far.
    private final class Hearing: Sendable {
        private let plan: CallPlan
        /// Elements, and the first that is not the plan's.
        let heard = Mutex<(count: Int, wrong: String?)>((0, nil))
        /// How it ended, if not well.
        let failure = Mutex<Failure?>(nil)
        /// When the caller's task is to be cancelled, or the call is over.
        let isDue = Latch()

        init(_ plan: CallPlan) {
            self.plan = plan
            if plan.whim == .cancels(0) { isDue.open() }
        }

        /// - Returns: Whether the caller wants more.
        @discardableResult
        func hear(_ message: EchoMessage) -> Bool {
            let count = heard.withLock { heard in
                let isWrong = heard.count >= plan.whole || message.text != plan.expected(heard.count)
                if isWrong, heard.wrong == nil { heard.wrong = "\(message.text.prefix(40)) as \(heard.count)" }
                heard.count += 1
                return heard.count
            }
            if plan.whim == .cancels(count) { isDue.open() }
            return plan.whim != .leaves(count)
        }
    }

    /// - Returns: What is wrong with it; nil for nothing.
    func make(_ plan: CallPlan) async -> String? {
        var patience = CallPlan.patience
        if case .hurries(let milliseconds) = plan.whim { patience = .milliseconds(milliseconds) }
        let context = Self.context(patience)
        let hearing = Hearing(plan)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do { try await self.perform(plan, context, hearing) } catch {
                    let translated = Failure.untranslated(error)
                    hearing.failure.withLock { $0 = translated }
                }
                hearing.isDue.open()
            }
            guard case .cancels = plan.whim else { return }
            // Thrown only if the whole test is cancelled, and then the call is too.
            try? await hearing.isDue.wait()
            for _ in 0..<plan.writerPause { await Task.yield() }
            tasks.cancelAll()
        }
        let end = hearing.failure.withLock { $0 }
        let (count, wrong) = hearing.heard.withLock { $0 }
        if end == nil, plan.kind == .change { done.withLock { $0.append(plan.name) } }
        let isInTime = !Deadline(context.deadline.instant + Self.lateness).hasPassed(at: SystemTime().now())
        let complaint =
            wrong.map { "hears \($0)" } ?? plan.complaint(end, heard: count)
            ?? (isInTime ? nil : "ends long after its deadline")
        return complaint.map { "\(plan): \($0)" }
    }

    private static func context(_ patience: Duration) -> CallContext {
        CallContext(
            deadline: .after(patience, from: SystemTime().now()),
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false))
    }

    private func perform(_ plan: CallPlan, _ context: CallContext, _ hearing: Hearing) async throws {
        made.wrappingAdd(1, ordering: .relaxed)
        switch plan.kind {
        case .read:
            hearing.hear(try await client.unary(PlannedService.read, EchoMessage(plan.request), context))
        case .change:
            hearing.hear(try await client.unary(PlannedService.change, EchoMessage(plan.request), context))
        case .follow:
            try await client.serverStreaming(PlannedService.follow, EchoMessage(plan.request), context) { reader in
                try await self.readAll(plan, reader, hearing)
            }
        case .talk:
            try await client.bidirectional(PlannedService.talk, context) { writer, reader in
                try await self.talk(plan, writer, reader, hearing)
            }
        }
    }

    private func readAll(_ plan: CallPlan, _ reader: StreamReader<EchoMessage>, _ hearing: Hearing) async throws {
        if plan.whim == .leaves(0) { return }
        while let message = try await reader.nextEvent() {
            guard hearing.hear(message) else { return }
            try await pause(plan)
        }
    }

    private func talk(
        _ plan: CallPlan, _ writer: StreamWriter<EchoMessage>, _ reader: StreamReader<EchoMessage>, _ hearing: Hearing
    ) async throws {
        guard plan.isInStep else {
            return try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await self.writeAll(plan, writer) }
                defer { tasks.cancelAll() }
                try await self.readAll(plan, reader, hearing)
            }
        }
        if plan.whim == .leaves(0) { return }
        // What cannot be sent any more is told by what is read.
        try? await writer.send(EchoMessage(plan.request))
        for index in 0..<plan.count {
            try? await writer.send(EchoMessage(plan.element(index)))
            guard let echo = try await reader.nextEvent(), hearing.hear(echo) else { return }
            try await pause(plan)
        }
        writer.finish()
        try await readAll(plan, reader, hearing)
    }

    /// How the call ended is told by its reader; this one just stops.
    private func writeAll(_ plan: CallPlan, _ writer: StreamWriter<EchoMessage>) async {
        do {
            try await writer.send(EchoMessage(plan.request))
            for index in 0..<plan.count {
                for _ in 0..<plan.writerPause { await Task.yield() }
                try await writer.send(EchoMessage(plan.element(index)))
            }
            writer.finish()
        } catch {}
    }

    private func pause(_ plan: CallPlan) async throws {
        for _ in 0..<plan.readerPause {
            made.wrappingAdd(1, ordering: .relaxed)
            let tick = CallPlan(name: "tick", client: plan.client, kind: .read)
            _ = try await client.unary(PlannedService.read, EchoMessage(tick.request), Self.context(CallPlan.patience))
        }
    }
}
