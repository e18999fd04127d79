// SPDX-License-Identifier: Apache-2.0

import CProtobuf
import CShims
import Glibc
import Primitives

/// The thread's arena while a message is written: copies Swift values into memory that protobuf-c can point to.
///
/// It is valid between enter and leave only, on one thread; `PackedMessage.packed` sees to both.
struct MessageArena {
    let raw: UnsafeMutablePointer<parley_arena>

    /// Memory for as long as the message is being written. Without memory there is nothing sensible left to do, and
    /// Swift's own allocations would trap as well.
    func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        guard let memory = parley_arena_allocate(raw, size) else {
            fatalError("no memory for \(size) bytes of an outgoing message")
        }
        return memory
    }

    func array<T>(_ count: Int, of type: T.Type) -> UnsafeMutablePointer<T> {
        allocate(count * MemoryLayout<T>.stride).bindMemory(to: type, capacity: count)
    }

    func message<M: PackedMessage>(_ value: M) -> UnsafeMutablePointer<M.CValue> {
        let c = array(1, of: M.CValue.self)
        value.write(to: c, self)
        return c
    }

    func messages<M: PackedMessage>(_ values: [M]) -> UnsafeMutablePointer<UnsafeMutablePointer<M.CValue>?> {
        let out = array(values.count, of: UnsafeMutablePointer<M.CValue>?.self)
        // Through the buffer, so that the elements are looked at where they are and not copied out one by one.
        values.withUnsafeBufferPointer { for index in $0.indices { out[index] = message($0[index]) } }
        return out
    }

    /// The text with a NUL behind it, which is how protobuf-c finds its end. A NUL inside would cut the text short
    /// without a word, so it leaves as U+FFFD; the gateway refuses such text long before it comes here.
    func text(_ value: String) -> UnsafeMutablePointer<CChar> {
        var copy = value
        let out = copy.withUTF8 { utf8 in
            let out = array(utf8.count + 1, of: CChar.self)
            if let base = utf8.baseAddress { memcpy(out, base, utf8.count) }
            out[utf8.count] = 0
            return memchr(out, 0, utf8.count) == nil ? out : nil
        }
        return out ?? text(withoutNUL(value))
    }

    private func withoutNUL(_ value: String) -> String {
        var clean = String.UnicodeScalarView()
        for scalar in value.unicodeScalars { clean.append(scalar.value == 0 ? "\u{FFFD}" : scalar) }
        return String(clean)
    }

    func texts(_ values: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
        let out = array(values.count, of: UnsafeMutablePointer<CChar>?.self)
        for (index, value) in values.enumerated() { out[index] = text(value) }
        return out
    }

    func bytes(_ value: [UInt8]) -> ProtobufCBinaryData {
        let out = array(value.count, of: UInt8.self)
        value.withUnsafeBufferPointer { if let base = $0.baseAddress { memcpy(out, base, $0.count) } }
        return ProtobufCBinaryData(len: value.count, data: out)
    }

    func byteArrays(_ values: [[UInt8]]) -> UnsafeMutablePointer<ProtobufCBinaryData> {
        let out = array(values.count, of: ProtobufCBinaryData.self)
        for (index, value) in values.enumerated() { out[index] = bytes(value) }
        return out
    }

    func identifier<Kind>(_ value: Identifier<Kind>) -> ProtobufCBinaryData {
        let out = allocate(identifierBytes)
        out.storeBytes(of: value.uuid.high.bigEndian, as: UInt64.self)
        out.storeBytes(of: value.uuid.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        return ProtobufCBinaryData(
            len: identifierBytes, data: out.bindMemory(to: UInt8.self, capacity: identifierBytes))
    }

    func identifiers<Kind>(_ values: [Identifier<Kind>]) -> UnsafeMutablePointer<ProtobufCBinaryData> {
        let out = array(values.count, of: ProtobufCBinaryData.self)
        for (index, value) in values.enumerated() { out[index] = identifier(value) }
        return out
    }

    /// Numbers, whose layout in Swift is C's.
    func scalars<T: BitwiseCopyable>(_ values: [T]) -> UnsafeMutablePointer<T> {
        let out = array(values.count, of: T.self)
        values.withUnsafeBufferPointer { if let base = $0.baseAddress { out.update(from: base, count: $0.count) } }
        return out
    }

    func booleans(_ values: [Bool]) -> UnsafeMutablePointer<protobuf_c_boolean> {
        let out = array(values.count, of: protobuf_c_boolean.self)
        for (index, value) in values.enumerated() { out[index] = value ? 1 : 0 }
        return out
    }

    /// C's enums are 32 bits wide, which protobuf-c forces.
    func enumerations<E: RawRepresentable<Int32>, C: RawRepresentable<UInt32>>(
        _ values: [E]
    ) -> UnsafeMutablePointer<C> {
        let out = array(values.count, of: UInt32.self)
        for (index, value) in values.enumerated() { out[index] = UInt32(bitPattern: value.rawValue) }
        return UnsafeMutableRawPointer(out).assumingMemoryBound(to: C.self)
    }
}
