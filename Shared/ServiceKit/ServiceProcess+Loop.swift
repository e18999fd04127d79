// SPDX-License-Identifier: Apache-2.0

import ServiceLifecycle

extension ServiceProcess {
    /// Adds a long-lived part that is one loop: cancelled when the process is asked to stop, and a reason to stop the
    /// process with status 1 when it ends before.
    package func keepRunning(_ name: String, _ body: @escaping @Sendable () async throws -> Void) {
        add(LoopPart(body: body), name: name)
    }
}

private struct LoopPart: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await body() }
        } catch is CancellationError {
            // What a loop says that was asked to stop.
        }
    }
}
