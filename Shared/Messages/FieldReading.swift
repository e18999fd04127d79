// SPDX-License-Identifier: Apache-2.0

// How each kind of field is copied out of protobuf-c's structs and checked. Free functions, because the generated code
// calls one for every field and its lines should read like the contract.

import CProtobuf
import CShims
import Glibc
import Primitives

/// An id is sixteen octets on the wire, the way UUIDv7 keeps it.
let identifierBytes = 16

typealias CText = UnsafeMutablePointer<CChar>

/// The text, or "" when the field was not sent.
///
/// Its length is what the arena was asked for, less the NUL that protobuf-c appends; a NUL inside is thereby seen and
/// refused rather than taken for the end. `String(decoding:as:)` repairs what is not UTF-8, so bytes that come back
/// changed were not. With the comparison it still costs half of `String(validating:as:)`, which is not specialised.
func readText<M: PackedMessage>(_ text: CText?, in message: M.Type, _ field: String) throws(DecodeFailure) -> String {
    guard let text else { return "" }
    let count = parley_arena_size(text) - 1
    if count == 0 { return "" }
    let utf8 = UnsafeRawBufferPointer(start: text, count: count).assumingMemoryBound(to: UInt8.self)
    var string = String(decoding: utf8, as: UTF8.self)
    let isAsSent = string.withUTF8 { utf8 in
        guard utf8.count == count, let base = utf8.baseAddress else { return false }
        return memcmp(base, text, count) == 0
    }
    guard isAsSent, memchr(text, 0, count) == nil else {
        throw DecodeFailure(.invalidText, message: M.messageName, field: field)
    }
    return string
}

func readTextIfPresent<M: PackedMessage>(
    _ text: CText?, in message: M.Type, _ field: String
) throws(DecodeFailure) -> String? {
    text == nil ? nil : try readText(text, in: message, field)
}

func readTexts<M: PackedMessage>(
    _ count: Int, _ texts: UnsafeMutablePointer<CText?>?, in message: M.Type, _ field: String
) throws(DecodeFailure) -> [String] {
    guard count > 0, let texts else { return [] }
    var out: [String] = []
    out.reserveCapacity(count)
    for index in 0..<count { out.append(try readText(texts[index], in: message, field)) }
    return out
}

func readBytes(_ bytes: ProtobufCBinaryData) -> [UInt8] {
    Array(UnsafeBufferPointer(start: bytes.data, count: bytes.data == nil ? 0 : bytes.len))
}

func readByteArrays(_ count: Int, _ arrays: UnsafeMutablePointer<ProtobufCBinaryData>?) -> [[UInt8]] {
    UnsafeBufferPointer(start: arrays, count: arrays == nil ? 0 : count).map(readBytes)
}

func readIdentifier<Kind, M: PackedMessage>(
    _ isPresent: Bool, _ bytes: ProtobufCBinaryData, in message: M.Type, _ field: String
) throws(DecodeFailure) -> Identifier<Kind> {
    guard isPresent else { throw DecodeFailure(.missingField, message: M.messageName, field: field) }
    guard bytes.len == identifierBytes, let data = bytes.data else {
        throw DecodeFailure(.badIdentifier, message: M.messageName, field: field)
    }
    let raw = UnsafeRawPointer(data)
    return Identifier(
        UUIDv7(
            high: UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))))
}

func readIdentifierIfPresent<Kind, M: PackedMessage>(
    _ isPresent: Bool, _ bytes: ProtobufCBinaryData, in message: M.Type, _ field: String
) throws(DecodeFailure) -> Identifier<Kind>? {
    isPresent ? try readIdentifier(true, bytes, in: message, field) : nil
}

func readIdentifiers<Kind, M: PackedMessage>(
    _ count: Int, _ ids: UnsafeMutablePointer<ProtobufCBinaryData>?, in message: M.Type, _ field: String
) throws(DecodeFailure) -> [Identifier<Kind>] {
    guard count > 0, let ids else { return [] }
    var out: [Identifier<Kind>] = []
    out.reserveCapacity(count)
    for index in 0..<count { out.append(try readIdentifier(true, ids[index], in: message, field)) }
    return out
}

func readMessage<Inner: PackedMessage, M: PackedMessage>(
    _ inner: UnsafeMutablePointer<Inner.CValue>?, in message: M.Type, _ field: String
) throws(DecodeFailure) -> Inner {
    guard let inner else { throw DecodeFailure(.missingField, message: M.messageName, field: field) }
    return try Inner(reading: inner)
}

func readMessageIfPresent<Inner: PackedMessage>(
    _ inner: UnsafeMutablePointer<Inner.CValue>?
) throws(DecodeFailure) -> Inner? {
    guard let inner else { return nil }
    return try Inner(reading: inner)
}

func readMessages<Inner: PackedMessage, M: PackedMessage>(
    _ count: Int, _ inner: UnsafeMutablePointer<UnsafeMutablePointer<Inner.CValue>?>?, in message: M.Type,
    _ field: String
) throws(DecodeFailure) -> [Inner] {
    guard count > 0, let inner else { return [] }
    var out: [Inner] = []
    out.reserveCapacity(count)
    for index in 0..<count { out.append(try readMessage(inner[index], in: message, field)) }
    return out
}

/// Numbers, whose layout in Swift is C's.
func readScalars<T: BitwiseCopyable>(_ count: Int, _ values: UnsafeMutablePointer<T>?) -> [T] {
    Array(UnsafeBufferPointer(start: values, count: values == nil ? 0 : count))
}

func readBooleans(_ count: Int, _ values: UnsafeMutablePointer<protobuf_c_boolean>?) -> [Bool] {
    UnsafeBufferPointer(start: values, count: values == nil ? 0 : count).map { $0 != 0 }
}

func readEnumerations<E: RawRepresentable<Int32>, C: RawRepresentable<UInt32>>(
    _ count: Int, _ values: UnsafeMutablePointer<C>?
) -> [E] {
    UnsafeBufferPointer(start: values, count: values == nil ? 0 : count)
        .compactMap { E(rawValue: Int32(bitPattern: $0.rawValue)) }
}
