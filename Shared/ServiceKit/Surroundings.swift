// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
package import Primitives
package import ServiceLifecycle

/// What a process finds around it. A value, so that a test can run a whole process within its own.
package struct Surroundings: Sendable {
    /// The command line, the program's name first.
    package var arguments: [String]
    package var environment: [String: String]
    /// Whether what a process has once is ours: signals, the logging and metrics systems, the end.
    package var isWholeProcess: Bool
    /// Where log lines go.
    package var descriptor: Int32
    package var time: any TimeSource
    /// Told when all ports are open and the parts are about to run.
    package var started: @Sendable (ServiceGroup) -> Void = { _ in }

    package init(
        arguments: [String], environment: [String: String], isWholeProcess: Bool, descriptor: Int32,
        time: any TimeSource
    ) {
        self.arguments = arguments
        self.environment = environment
        self.isWholeProcess = isWholeProcess
        self.descriptor = descriptor
        self.time = time
    }

    static func ofThisProcess() -> Surroundings {
        Surroundings(
            arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment, isWholeProcess: true,
            descriptor: STDOUT_FILENO, time: SystemTime())
    }
}
