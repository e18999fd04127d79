// SPDX-License-Identifier: Apache-2.0

import Logging
import TLS
import Telemetry
import TestKit
import Testing

@testable import ServiceKit

/// Goal: a new certificate is taken into use when all of it is there, and a bad one leaves the old in use.
@Suite struct CertificateWatchTests {
    private let authority: TestAuthority
    /// The files that are watched.
    private let place: TLSIdentity
    private let watch: CertificateWatch
    private let metrics = PrometheusRegistry()
    private let source: TLSSource

    init() throws {
        authority = try TestAuthority()
        let place = try authority.identity("auth")
        self.place = place
        watch = CertificateWatch(
            metrics: metrics, logger: Logger(label: "watch") { _ in SwiftLogNoOpLogHandler() }, hearsSignals: false)
        source = try watch.keep("own", files: [place.certificateFile, place.keyFile, place.authorityFile]) {
            () throws(TLSFailure) in [try .server(identity: place)]
        }[0]
    }

    private func put(_ file: String, at path: String) throws {
        try ChildProcess.run(["sh", "-c", "cp \(file) \(path).new && mv \(path).new \(path)"])
    }

    private func counted(_ outcome: String) -> Bool {
        let line = "tls_certificate_replacements_total{certificate=\"own\",outcome=\"\(outcome)\"} 1"
        return String(decoding: metrics.text().utf8, as: UTF8.self).contains(line)
    }

    @Test func aWholeNewSetIsTaken() throws {
        let first = source.current
        watch.look()
        #expect(source.current === first, "nothing has changed")
        let next = try authority.identity("auth")
        try put(next.keyFile, at: place.keyFile)
        watch.look()
        #expect(source.current === first, "a key without its certificate")
        try put(next.certificateFile, at: place.certificateFile)
        watch.look()
        #expect(source.current !== first)
        #expect(counted("taken"))
        #expect(!counted("refused"), "a look between two files is no mistake")
        #expect(try #require(source.current.secondsLeft) > 86_400)
    }

    @Test func whatStaysWrongIsToldOnce() throws {
        let first = source.current
        try put(try authority.identity("auth").keyFile, at: place.keyFile)
        for _ in 0..<4 { watch.look() }
        #expect(source.current === first)
        #expect(counted("refused"))
    }

    @Test func anExpiredOneIsNotTaken() throws {
        let first = source.current
        let expired = try authority.identity("auth", isExpired: true)
        try put(expired.keyFile, at: place.keyFile)
        try put(expired.certificateFile, at: place.certificateFile)
        watch.look(isAsked: true)
        #expect(source.current === first)
        #expect(counted("refused"))
    }
}
