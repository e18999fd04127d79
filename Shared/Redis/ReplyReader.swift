// SPDX-License-Identifier: Apache-2.0

import CHiredis

/// Cuts a stream of bytes into replies, by hiredis' reader.
///
/// Bounded three ways: nesting by hiredis (eight levels), the elements one array may announce, and the bytes one
/// reply may take. A stream that breaks a bound cannot be read any further and is closed.
struct ReplyReader: ~Copyable {
    struct Broken: Error {
        var reason: String
    }

    /// More than any command of ours returns; a turn's log is read in pages.
    static let mostElements = 100_000
    /// The largest reply: a turn log's page or a cached conversation is well under it.
    static let mostBytes = 64 << 20

    private let reader: UnsafeMutablePointer<redisReader>
    /// Bytes fed since the last reply was complete.
    private var fed = 0

    init() {
        // It fails only when memory is gone.
        guard let reader = redisReaderCreate() else { preconditionFailure("hiredis could not make a reader") }
        self.reader = reader
        // The defaults, but for arrays: hiredis reserves memory for as many elements as the stream announces.
        reader.pointee.fn = Self.functions
    }

    deinit { redisReaderFree(reader) }

    mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(Broken) {
        fed += bytes.count
        guard fed <= Self.mostBytes else { throw Broken(reason: "a reply is larger than \(Self.mostBytes) bytes") }
        guard redisReaderFeed(reader, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count) == REDIS_OK else {
            throw broken()
        }
    }

    /// The next complete reply, nil when more bytes are needed.
    mutating func next() throws(Broken) -> RedisValue? {
        var reply: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw broken() }
        guard let reply else { return nil }
        defer { freeReplyObject(reply) }
        // What hiredis still holds belongs to the next replies.
        fed = max(0, Int(reader.pointee.len) - Int(reader.pointee.pos))
        return Self.value(of: reply.assumingMemoryBound(to: redisReply.self).pointee)
    }

    private func broken() -> Broken {
        let reason = withUnsafeBytes(of: reader.pointee.errstr) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
        return Broken(reason: reason)
    }

    private static func value(of reply: redisReply) -> RedisValue {
        switch reply.type {
        case REDIS_REPLY_STRING: return .bulk(Array(bytes(of: reply)))
        case REDIS_REPLY_STATUS: return .status(String(decoding: bytes(of: reply), as: UTF8.self))
        case REDIS_REPLY_ERROR: return .error(String(decoding: bytes(of: reply), as: UTF8.self))
        case REDIS_REPLY_INTEGER: return .integer(reply.integer)
        case REDIS_REPLY_ARRAY:
            // As deep as hiredis let it be: eight levels.
            return .array(
                (0..<reply.elements).map { index in
                    reply.element[index].map { value(of: $0.pointee) } ?? .null
                })
        default: return .null
        }
    }

    private static func bytes(of reply: redisReply) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: reply.str, count: Int(reply.len))
    }

    // hiredis' own functions, read off a reader once; they never change.
    private static let defaults: redisReplyObjectFunctions = {
        guard let reader = redisReaderCreate() else { preconditionFailure("hiredis could not make a reader") }
        defer { redisReaderFree(reader) }
        return reader.pointee.fn.pointee
    }()

    // Made once and never freed, because every reader points to it.
    nonisolated(unsafe) private static let functions: UnsafeMutablePointer<redisReplyObjectFunctions> = {
        let functions = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        functions.initialize(to: defaults)
        functions.pointee.createArray = { task, count in
            guard Int(count) <= ReplyReader.mostElements else { return nil }
            return ReplyReader.defaults.createArray(task, count)
        }
        return functions
    }()
}
