// SPDX-License-Identifier: Apache-2.0

import ServiceLifecycle

/// One long-lived part of a process.
///
/// ServiceLifecycle takes a part that returns for one that has done its work. None of ours ever has: one that returns
/// before it was asked to stop has failed, and the process must not live on without it.
struct ProcessPart: Service, CustomStringConvertible {
    let name: String
    let service: any Service
    /// Opens a port before anything runs, so that a port in use is found at once.
    var bind: (@Sendable () async throws -> Void)?

    var description: String { name }

    func run() async throws {
        try await service.run()
        if Task.isCancelled || Task.isShuttingDownGracefully { return }
        throw PartEnded(name: name)
    }
}

/// A part that is one function, ended by cancellation.
struct FunctionPart: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await body() }
        } catch is CancellationError where Task.isShuttingDownGracefully {
            // It was asked to stop and did.
        }
    }
}

/// A part returned although nobody had asked it to stop.
struct PartEnded: Error, CustomStringConvertible {
    var name: String
    var description: String { "\(name) ended although nobody had asked it to stop" }
}
