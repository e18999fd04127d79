// SPDX-License-Identifier: Apache-2.0

import CProtobuf
import CShims
import Primitives

/// A message that protobuf-c packs and unpacks as the struct `CValue`. The generated files conform every message.
///
/// The protocol is internal on purpose: nothing outside this module sees a C type.
protocol PackedMessage: BinaryMessage {
    associatedtype CValue

    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { get }

    /// Copies the value out of an unpacked struct, checking what protobuf-c does not: text and ids, and that what must
    /// be there is there.
    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure)

    /// Initialises the struct and fills it. Everything it points to lives in `arena`.
    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena)
}

extension PackedMessage {
    /// Unpacks into the thread's arena and reads the value from there. The arena's budget is the bound on memory; depth
    /// needs none, because the generator refuses recursive messages.
    static func unpacked(
        from bytes: UnsafeRawBufferPointer, budget: Int = MessageLimits.expandedBytes
    ) throws(DecodeFailure) -> Self {
        var mark = parley_arena_mark()
        let arena = parley_arena_enter(&mark, budget)
        defer { parley_arena_leave(arena, &mark) }
        var allocator = ProtobufCAllocator(
            alloc: parley_arena_protobuf_alloc, free: parley_arena_protobuf_free, allocator_data: arena)
        let wire = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let unpacked = protobuf_c_message_unpack(descriptor, &allocator, bytes.count, wire) else {
            throw DecodeFailure(arena.pointee.is_exhausted != 0 ? .tooLarge : .malformed, message: messageName)
        }
        return try Self(reading: UnsafeRawPointer(unpacked).assumingMemoryBound(to: CValue.self))
    }

    /// Fills the structs in the thread's arena and packs them behind. Not generic over what is done with the bytes, so
    /// that the compiler specialises all of it for each message.
    func packed() -> PackedBytes {
        var mark = parley_arena_mark()
        // No bound: what we send is bounded by whoever made it, and refused by the call layer when it is too large.
        let raw = parley_arena_enter(&mark, Int.max)
        let arena = MessageArena(raw: raw)
        let c = UnsafeRawPointer(arena.message(self)).assumingMemoryBound(to: ProtobufCMessage.self)
        let size = protobuf_c_message_get_packed_size(c)
        let out = arena.allocate(size)
        let written = protobuf_c_message_pack(c, out.assumingMemoryBound(to: UInt8.self))
        assert(written == size, "protobuf-c packed \(written) bytes and had announced \(size)")
        return PackedBytes(arena: raw, mark: mark, bytes: UnsafeRawBufferPointer(start: out, count: written))
    }
}

/// An encoded message that still lies in the thread's arena. Whoever asked for it releases it on the same thread,
/// after everything that was packed or unpacked later.
struct PackedBytes {
    let arena: UnsafeMutablePointer<parley_arena>
    let mark: parley_arena_mark
    let bytes: UnsafeRawBufferPointer

    func release() {
        withUnsafePointer(to: mark) { parley_arena_leave(arena, $0) }
    }
}
