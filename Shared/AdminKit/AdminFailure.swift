// SPDX-License-Identifier: Apache-2.0

import Primitives
import Settings

/// How an admin tool ends.
package enum AdminExit {
    package static let ok: Int32 = 0
    /// The service refused, or the work failed.
    package static let refused: Int32 = 1
    /// Wrong command line or settings.
    package static let usage: Int32 = 64
    /// The input is not what it should be (sysexits' EX_DATAERR).
    static let badData: Int32 = 65
    /// The service cannot be reached: trying again later may help (sysexits' EX_UNAVAILABLE).
    package static let unreachable: Int32 = 69
    /// How `call` ends when the service refuses: the status' number above a hundred.
    static func refusal(_ code: StatusCode) -> Int32 { code.isKnown ? 100 + Int32(code.rawValue) : refused }
}

/// What an error means for the person at the terminal: sentences, advice and a status.
package struct AdminFailure: Sendable {
    package var text: String
    package var status: Int32

    package init(_ error: any Error, tool: String, address: String? = nil) {
        switch error {
        case let error as SettingsFailure:
            self.init(text: "\(error)", status: AdminExit.usage)
        case let error as Failure:
            self.init(error, tool: tool, address: address)
        case let error as any FailureConvertible:
            self.init(error.failure, tool: tool, address: address)
        default:
            self.init(text: "\(tool) failed: \(error)", status: AdminExit.refused)
        }
    }

    private init(text: String, status: Int32) {
        self.text = text
        self.status = status
    }

    private init(_ failure: Failure, tool: String, address: String?) {
        let reason = failure.reason.isEmpty ? "\(failure.code)" : "\(failure.code), \(failure.reason)"
        var lines = ["\(failure.message) (\(reason))"]
        if let detail = failure.detail { lines.append(detail) }
        if let advice = Self.advice(failure, tool: tool, address: address) { lines.append(advice) }
        let status = failure.code == .unavailable ? AdminExit.unreachable : AdminExit.refused
        self.init(text: lines.joined(separator: "\n"), status: status)
    }

    private static func advice(_ failure: Failure, tool: String, address: String?) -> String? {
        switch failure.code {
        case .unavailable:
            "Is the service running and listening at \(address ?? "its address")? `make status` shows it; a "
                + "certificate of another authority looks the same from here."
        case .permissionDenied:
            "The certificate shown must carry the name \(tool), and the method must list it among its callers."
        case .deadlineExceeded: "Give it longer with --timeout, or look at the service's /readyz."
        case .unimplemented: "The service is older than this tool."
        default: nil
        }
    }
}
