// SPDX-License-Identifier: Apache-2.0

import Glibc
import Primitives
import Synchronization

/// Finds the addresses of a name. A protocol, so that tests give answers of their own.
package protocol NameResolver: Sendable {
    /// The name's IPv4 and IPv6 addresses as numbers, each once; none when the name has none.
    /// - Throws: `LookupFailure` when nobody could say. Never waits longer than its task lives.
    func addresses(of name: String) async throws -> [String]
}

/// A look-up without an answer.
package struct LookupFailure: Error, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}

/// The system's resolver: /etc/hosts, then the name servers of /etc/resolv.conf.
///
/// `getaddrinfo` blocks, by default for up to ten seconds a name server when none answers, so each look-up has a thread
/// of its own. Whoever asks has one look-up of a name under way at a time, which bounds the threads.
package struct SystemNameResolver: NameResolver {
    package init() {}

    package func addresses(of name: String) async throws -> [String] {
        let answer = Answer()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                answer.wait(continuation)
                if Task.isCancelled { return answer.give(.failure(CancellationError())) }
                let isStarted = DetachedThread.start { answer.give(Result { try Self.lookUp(name) }) }
                if !isStarted { answer.give(.failure(LookupFailure("no thread for the look-up"))) }
            }
        } onCancel: {
            // The thread ends by itself; nobody waits for what it finds.
            answer.give(.failure(CancellationError()))
        }
    }

    /// EAI_NODATA of glibc's netdb.h, which Swift is not shown: the name exists without addresses.
    private static let noData: Int32 = -5

    private static func lookUp(_ name: String) throws -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(name, nil, &hints, &list)
        // A name server has said that there is none, which is an answer.
        if status == EAI_NONAME || status == noData { return [] }
        guard status == 0 else { throw LookupFailure(String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var seen: Set<String> = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            guard let text = number(entry.pointee), seen.insert(text).inserted else { continue }
            found.append(text)
        }
        return found
    }

    private static func number(_ entry: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(
            entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        guard status == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The first answer, of the thread or of cancellation, resumes whoever asked.
    private final class Answer: Sendable {
        private enum State {
            case nothing
            case waiting(CheckedContinuation<[String], any Error>)
            case given(Result<[String], any Error>)
        }
        private let state = Mutex(State.nothing)

        func wait(_ continuation: CheckedContinuation<[String], any Error>) {
            let known = state.withLock { state -> Result<[String], any Error>? in
                if case .given(let result) = state { return result }
                state = .waiting(continuation)
                return nil
            }
            if let known { continuation.resume(with: known) }
        }

        func give(_ result: Result<[String], any Error>) {
            let waiting = state.withLock { state -> CheckedContinuation<[String], any Error>? in
                switch state {
                case .nothing: state = .given(result)
                case .waiting(let continuation):
                    state = .given(result)
                    return continuation
                case .given: break
                }
                return nil
            }
            waiting?.resume(with: result)
        }
    }
}
