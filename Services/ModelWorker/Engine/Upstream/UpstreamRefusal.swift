// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import ModelWorkerDomain

/// What a foreign server did instead of answering, in a closed vocabulary. The orchestrator tells from it whether the
/// request, the load or the worker was at fault.
package enum UpstreamRefusal: Error, Hashable, Sendable {
    /// Nobody answers at its address: the worker's fault, as far as the fleet is concerned.
    case away
    /// It has too much to do, and says when to come back, or does not.
    case overloaded(retryAfter: Duration)
    /// The request is not to its taste.
    case refused(status: Int)
    /// Prompt and answer do not fit the model.
    case contextLength
    /// It does not take our key. The caller can do nothing about it.
    case credentials(status: Int)
    case unknownModel
    /// It broke, or said what no such server says.
    case broken(detail: String)
    /// It stopped answering.
    case late(detail: String)
    /// What was asked needs something that this kind of server does not do.
    case unsupported(String)

    /// A caller that is told nothing waits this long.
    static let patience = Duration.seconds(1)
    /// A server that says more than this means that it is down.
    static let longestPatience = Duration.seconds(60)

    /// From an answer that is no success.
    /// - Parameter retryAfter: the header as it came.
    init(status: Int, _ error: ServerError, retryAfter: String?) {
        // llama.cpp's server says 500 for what it says of the context in older versions, TensorRT-LLM 400.
        if error.isAboutContextLength, status == 400 || status == 413 || status == 500 {
            self = .contextLength
            return
        }
        switch status {
        case 401, 403: self = .credentials(status: status)
        case 404: self = .unknownModel
        case 429, 503: self = .overloaded(retryAfter: Self.wait(retryAfter))
        case 408, 504: self = .late(detail: "status \(status)")
        case 400..<500: self = .refused(status: status)
        default: self = .broken(detail: "status \(status)")
        }
    }

    /// Seconds; the header's other form (RFC 9110, section 10.2.3), a date, is that of proxies and means little here.
    private static func wait(_ text: String?) -> Duration {
        guard let text, let seconds = Double(text), seconds >= 0 else { return patience }
        return min(.milliseconds(Int64(min(seconds, 3_600) * 1_000)), longestPatience)
    }

    /// From an exchange that failed.
    init(_ failure: HTTPClientFailure) {
        switch failure {
        case .notConnected, .closedBeforeAnswer: self = .away
        case .tooManyConnections: self = .overloaded(retryAfter: Self.patience)
        case .headTimeout, .silent, .tooSlow: self = .late(detail: "\(failure)")
        case .cutOff, .tooLarge, .malformed, .aborted: self = .broken(detail: "\(failure)")
        }
    }

    /// From an event stream that cannot be read on.
    init(_ failure: ChatStreamReader.Failure) {
        switch failure {
        case .server(let error):
            let code = error.code ?? 500
            self.init(status: (400..<600).contains(code) ? code : 500, error, retryAfter: nil)
        case .malformed, .events: self = .broken(detail: "\(failure)")
        }
    }
}
