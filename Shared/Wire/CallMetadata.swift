// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What travels with a call besides its message.
package struct CallMetadata: Sendable, Equatable {
    package var trace: TraceContext?
    package var requestID: String
    package var principal: Principal?
    package var pairs: [String: String]

    package init(
        trace: TraceContext? = nil, requestID: String = "", principal: Principal? = nil, pairs: [String: String] = [:]
    ) {
        self.trace = trace
        self.requestID = requestID
        self.principal = principal
        self.pairs = pairs
    }
}

/// The metadata block's layout:
/// ```
/// u8  fields: 1 trace, 2 sampled, 4 principal, 8 principal has a key; other bits 0
/// u8  length of the request id
/// u8  number of pairs (at most 16)
/// u8  reserved, 0
/// trace:     16 octets trace id, 8 octets span id, both as W3C writes them (big-endian)
/// principal: organisation, project, user, then key if present: 16 octets each, as UUIDs are written;
///            u8 plan (0 free, 1 pro, 2 enterprise), u8 number of scopes (at most 64), each {u8 length, text}
/// request id, text
/// pairs:     each {u8 key length, u8 reserved 0, u16 LE value length, key, value}
/// ```
/// All texts are UTF-8 without NUL. Nothing may follow the last pair.
package enum MetadataBlock {
    package static let largestPairs = 16
    package static let largestScopes = 64
    package static let largestText = 255
    static let hasTrace: UInt8 = 1
    static let isSampled: UInt8 = 2
    static let hasPrincipal: UInt8 = 4
    static let hasKey: UInt8 = 8

    /// Room enough for any block that `encode` will write for these values.
    package static func capacity(_ metadata: borrowing CallMetadata) -> Int {
        capacity(requestID: metadata.requestID, principal: metadata.principal, pairs: metadata.pairs)
    }

    /// The same for values that are kept elsewhere, so that nobody has to copy them together first.
    package static func capacity(
        requestID: String, principal: Principal?, pairs: [String: String]
    ) -> Int {
        var size = 4 + 24 + 64 + 2 + requestID.utf8.count
        if let scopes = principal?.scopes {
            for scope in scopes { size += 1 + scope.utf8.count }
        }
        for (key, value) in pairs { size += 4 + key.utf8.count + value.utf8.count }
        return size
    }

    /// Writes the block to `out`, which has room for `capacity`.
    /// - Returns: Its length, or nil when the values do not fit the format's bounds.
    package static func encode(_ metadata: borrowing CallMetadata, to out: UnsafeMutableRawBufferPointer) -> Int? {
        var recent = SpeltPrincipals()
        return encode(
            trace: metadata.trace, requestID: metadata.requestID, principal: metadata.principal, pairs: metadata.pairs,
            recent: &recent, to: out)
    }

    /// The same for values that are kept elsewhere, of one of many calls: a principal is spelt once for several.
    package static func encode(
        trace: TraceContext?, requestID: String, principal: Principal?, pairs: [String: String],
        recent: inout SpeltPrincipals, to out: UnsafeMutableRawBufferPointer
    ) -> Int? {
        var fields: UInt8 = 0
        var sink = ByteSink(out)
        guard requestID.utf8.count <= largestText, pairs.count <= largestPairs else { return nil }
        sink.byte(0)
        sink.byte(UInt8(requestID.utf8.count))
        sink.byte(UInt8(pairs.count))
        sink.byte(0)
        if let trace {
            fields |= hasTrace | (trace.isSampled ? isSampled : 0)
            sink.bigEndian(trace.traceHigh)
            sink.bigEndian(trace.traceLow)
            sink.bigEndian(trace.span)
        }
        if let principal {
            fields |= hasPrincipal | (principal.key == nil ? 0 : hasKey)
            if !recent.write(principal, to: &sink) {
                let start = sink.count
                guard write(principal, to: &sink) else { return nil }
                if !sink.overflowed { recent.keep(principal, sink.written(since: start)) }
            }
        }
        sink.text(requestID)
        for (key, value) in pairs {
            guard key.utf8.count <= largestText, value.utf8.count <= Int(UInt16.max) else { return nil }
            sink.byte(UInt8(key.utf8.count))
            sink.byte(0)
            sink.byte(UInt8(truncatingIfNeeded: value.utf8.count))
            sink.byte(UInt8(truncatingIfNeeded: value.utf8.count >> 8))
            sink.text(key)
            sink.text(value)
        }
        guard !sink.overflowed else { return nil }
        out[0] = fields
        return sink.count
    }

    private static func write(_ principal: Principal, to sink: inout ByteSink) -> Bool {
        sink.uuid(principal.organisation.uuid)
        sink.uuid(principal.project.uuid)
        sink.uuid(principal.user.uuid)
        if let key = principal.key { sink.uuid(key.uuid) }
        switch principal.plan {
        case .free: sink.byte(0)
        case .pro: sink.byte(1)
        case .enterprise: sink.byte(2)
        }
        guard principal.scopes.count <= largestScopes else { return false }
        sink.byte(UInt8(principal.scopes.count))
        for scope in principal.scopes {
            guard scope.utf8.count <= largestText else { return false }
            sink.byte(UInt8(scope.utf8.count))
            sink.text(scope)
        }
        return true
    }

    /// Reads a whole block.
    package static func decode(_ bytes: UnsafeRawBufferPointer) throws(WireViolation) -> CallMetadata {
        var recent = RecentPrincipals()
        return try decode(bytes, recent: &recent)
    }

    /// The same, for one of many calls: a principal spelt as the last one was is not read again.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, recent: inout RecentPrincipals
    ) throws(WireViolation) -> CallMetadata {
        var source = ByteSource(bytes)
        let fields = try source.byte()
        let requestCount = Int(try source.byte())
        let pairCount = Int(try source.byte())
        guard try source.byte() == 0, fields & 0xF0 == 0, pairCount <= largestPairs else {
            throw WireViolation(.badMetadata)
        }
        guard fields & hasTrace != 0 || fields & isSampled == 0, fields & hasPrincipal != 0 || fields & hasKey == 0
        else { throw WireViolation(.badMetadata) }
        var metadata = CallMetadata()
        if fields & hasTrace != 0 {
            let trace = TraceContext(
                traceHigh: try source.bigEndian(), traceLow: try source.bigEndian(), span: try source.bigEndian(),
                isSampled: fields & isSampled != 0)
            guard trace.traceHigh | trace.traceLow != 0, trace.span != 0 else { throw WireViolation(.badMetadata) }
            metadata.trace = trace
        }
        if fields & hasPrincipal != 0 {
            if let known = recent.match(source.rest, hasKey: fields & hasKey != 0) {
                metadata.principal = known.principal
                try source.skip(known.count)
            } else {
                let before = source.rest
                let principal = try principal(&source, hasKey: fields & hasKey != 0)
                let count = before.count - source.rest.count
                recent.keep(principal, UnsafeRawBufferPointer(rebasing: before[..<count]))
                metadata.principal = principal
            }
        }
        metadata.requestID = try source.text(requestCount)
        for _ in 0..<pairCount {
            let keyCount = Int(try source.byte())
            guard try source.byte() == 0 else { throw WireViolation(.badMetadata) }
            let low = Int(try source.byte())
            let valueCount = Int(try source.byte()) << 8 | low
            let key = try source.text(keyCount)
            guard metadata.pairs.updateValue(try source.text(valueCount), forKey: key) == nil else {
                throw WireViolation(.badMetadata)
            }
        }
        guard source.isAtEnd else { throw WireViolation(.badMetadata) }
        return metadata
    }

    private static func principal(_ source: inout ByteSource, hasKey: Bool) throws(WireViolation) -> Principal {
        let organisation = OrganisationID(try source.uuid())
        let project = ProjectID(try source.uuid())
        let user = UserID(try source.uuid())
        let key: APIKeyID? = hasKey ? APIKeyID(try source.uuid()) : nil
        let plan: Plan
        switch try source.byte() {
        case 0: plan = .free
        case 1: plan = .pro
        case 2: plan = .enterprise
        default: throw WireViolation(.badMetadata)
        }
        let count = Int(try source.byte())
        guard count <= largestScopes else { throw WireViolation(.badMetadata) }
        var scopes: [String] = []
        scopes.reserveCapacity(count)
        for _ in 0..<count { scopes.append(try source.text(Int(try source.byte()))) }
        return Principal(
            organisation: organisation, project: project, user: user, key: key, plan: plan, scopes: scopes)
    }
}
