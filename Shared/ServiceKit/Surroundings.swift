// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import Primitives
import ServiceLifecycle

/// What a process finds around it. A value, so that a test can run a whole process within its own.
struct Surroundings: Sendable {
    /// The command line, the program's name first.
    var arguments: [String]
    var environment: [String: String]
    /// Whether what a process has once is ours: signals, the logging and metrics systems, the end.
    var isWholeProcess: Bool
    /// Where log lines go.
    var descriptor: Int32
    var time: any TimeSource
    /// Told when all ports are open and the parts are about to run.
    var started: @Sendable (ServiceGroup) -> Void = { _ in }

    static func ofThisProcess() -> Surroundings {
        Surroundings(
            arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment, isWholeProcess: true,
            descriptor: STDOUT_FILENO, time: SystemTime())
    }
}
