// SPDX-License-Identifier: Apache-2.0

import Primitives
import Testing
import Wire

@Suite struct CallMetadataTests {
    private func full() -> CallMetadata {
        let ids = SystemIdentifiers()
        return CallMetadata(
            trace: TraceContext(traceHigh: 0x0102, traceLow: 3, span: 4, isSampled: true), requestID: "req-é",
            principal: Principal(
                organisation: ids.make(), project: ids.make(), user: ids.make(), key: ids.make(), plan: .pro,
                scopes: ["a:b", "c:*"]),
            pairs: ["k": "v", "empty": ""])
    }

    private func encode(_ metadata: CallMetadata) -> [UInt8]? {
        var count: Int?
        let bytes = [UInt8](unsafeUninitializedCapacity: MetadataBlock.capacity(metadata)) { out, used in
            count = MetadataBlock.encode(metadata, to: UnsafeMutableRawBufferPointer(out))
            used = count ?? 0
        }
        return count == nil ? nil : bytes
    }

    private func decode(_ bytes: [UInt8]) throws(WireViolation) -> CallMetadata {
        let result = bytes.withUnsafeBytes { raw in
            Result { () throws(WireViolation) in try MetadataBlock.decode(raw) }
        }
        return try result.get()
    }

    @Test func whatIsWrittenIsRead() throws {
        let metadata = full()
        #expect(try decode(try #require(encode(metadata))) == metadata)
        #expect(try decode(try #require(encode(CallMetadata()))) == CallMetadata())
        #expect(encode(CallMetadata()) == [0, 0, 0, 0])
    }

    /// Goal: as with reading, below, so with writing.
    @Test func aSpeltPrincipalIsWrittenTheSame() throws {
        var recent = SpeltPrincipals()
        let all = (0..<100).map { _ in full() }
        for _ in 0..<3 {
            for metadata in all {
                let principal = try #require(metadata.principal)
                var other = metadata
                other.principal = Principal(
                    organisation: principal.organisation, project: principal.project, user: principal.user, key: nil,
                    plan: .free, scopes: [])
                for wanted in [metadata, other, metadata, metadata] {
                    var count: Int?
                    let bytes = [UInt8](unsafeUninitializedCapacity: MetadataBlock.capacity(wanted)) { out, used in
                        count = MetadataBlock.encode(
                            trace: wanted.trace, requestID: wanted.requestID, principal: wanted.principal,
                            pairs: [:], recent: &recent, to: UnsafeMutableRawBufferPointer(out))
                        used = count ?? 0
                    }
                    var expected = wanted
                    expected.pairs = [:]
                    #expect(bytes == encode(expected))
                }
            }
        }
    }

    /// Goal: remembering principals changes nothing but the time it takes.
    @Test func aRememberedPrincipalIsTheSame() throws {
        var recent = RecentPrincipals()
        let all = (0..<200).map { _ in full() }
        for _ in 0..<3 {
            for metadata in all {
                let principal = try #require(metadata.principal)
                var other = metadata
                other.principal = Principal(
                    organisation: principal.organisation, project: principal.project, user: principal.user, key: nil,
                    plan: principal.plan, scopes: principal.scopes + ["x:y"])
                for wanted in [metadata, other, metadata] {
                    let bytes = try #require(encode(wanted))
                    let read = bytes.withUnsafeBytes { raw in
                        Result { () throws(WireViolation) in try MetadataBlock.decode(raw, recent: &recent) }
                    }
                    #expect(try read.get() == wanted)
                }
            }
        }
    }

    @Test func theTraceIsWrittenAsTheStandardWritesIt() throws {
        let trace = try #require(
            TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
        let bytes = try #require(encode(CallMetadata(trace: trace)))
        #expect(Array(bytes[4..<28]) == Hex.decode("0af7651916cd43dd8448eb211c80319cb7ad6b7169203331"))
        #expect(bytes[0] == 3)
    }

    @Test func whatDoesNotFitIsNotWritten() {
        #expect(encode(CallMetadata(requestID: String(repeating: "x", count: 256))) == nil)
        let many = Dictionary(uniqueKeysWithValues: (0..<17).map { ("k\($0)", "") })
        #expect(encode(CallMetadata(pairs: many)) == nil)
    }

    @Test func reservedBitsNulsAndRestsAreRefused() throws {
        let bytes = try #require(encode(full()))
        for broken in [
            [0x10, 0, 0, 0], [0, 0, 0, 1], [2, 0, 0, 0], [8, 0, 0, 0], [0, 0, 17, 0], [0, 1, 0, 0, 0],
            [0, 1, 0, 0, 0xFF],
            bytes + [0], Array(bytes.dropLast()),
        ] as [[UInt8]] {
            #expect(throws: WireViolation(.badMetadata)) { try decode(broken) }
        }
    }

    /// Goal: no octets make the decoder trap, and what it accepts it can write again.
    @Test func mutatedBlocksAreReadOrRefused() throws {
        let good = try #require(encode(full()))
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4) { bytes[Int.random(in: 0..<bytes.count)] = .random(in: 0...255) }
            if Bool.random() { bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count))) }
            guard let metadata = try? decode(bytes) else { continue }
            accepted += 1
            #expect(try decode(try #require(encode(metadata))) == metadata)
        }
        #expect(accepted > 0)
    }

    @Test func failuresTravelWithTheirAdviceAndAreCutAtACharacter() throws {
        let long = String(repeating: "é", count: 600)
        let failure = Failure(.aborted, long, reason: "why", retry: .after(.milliseconds(70)), detail: "private")
        let bytes = FailurePayload.encode(failure)
        let result = bytes.withUnsafeBytes { raw in
            Result { () throws(WireViolation) in try FailurePayload.decode(raw, code: .aborted) }
        }
        let read = try result.get()
        #expect(read.message == String(repeating: "é", count: 512))
        #expect(read.reason == "why" && read.retry == .after(.milliseconds(70)) && read.detail == nil)
        for _ in 0..<20_000 {
            var broken = bytes
            for _ in 0..<3 { broken[Int.random(in: 0..<20)] = .random(in: 0...255) }
            broken = Array(broken.prefix(Int.random(in: 0...broken.count)))
            _ = try? broken.withUnsafeBytes { try FailurePayload.decode($0, code: .aborted) }
        }
    }
}
