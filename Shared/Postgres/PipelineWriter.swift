// SPDX-License-Identifier: Apache-2.0

import CPostgres

/// Hands statements to libpq in the shapes its C functions take. Each returns false when the session is broken.
enum PipelineWriter {
    /// libpq's word for results in binary form. All of ours are.
    private static let binary: Int32 = 1

    static func prepare(_ sql: SQL, as name: String, on session: OpaquePointer) -> Bool {
        let types = sql.parameters.entries.map(\.type.rawValue)
        return PQsendPrepare(session, name, sql.text, Int32(types.count), types) == 1
    }

    static func execute(prepared name: String, _ sql: SQL, on session: OpaquePointer) -> Bool {
        withArrays(sql.parameters) { count, values, lengths, formats in
            PQsendQueryPrepared(session, name, count, values, lengths, formats, binary)
        } == 1
    }

    static func execute(_ sql: SQL, on session: OpaquePointer) -> Bool {
        let types = sql.parameters.entries.map(\.type.rawValue)
        return withArrays(sql.parameters) { count, values, lengths, formats in
            PQsendQueryParams(session, sql.text, count, types, values, lengths, formats, binary)
        } == 1
    }

    private static func withArrays(
        _ parameters: Parameters,
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Int32
    ) -> Int32 {
        let count = parameters.count
        guard count > 0 else { return body(0, nil, nil, nil) }
        return parameters.bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: count * 2) { numbers in
                    for (index, entry) in parameters.entries.enumerated() {
                        values[index] = entry.range.map { pointer(to: $0, in: bytes) } ?? nil
                        numbers[index] = Int32(entry.range?.count ?? 0)
                        numbers[count + index] = entry.format
                    }
                    return body(
                        Int32(count), values.baseAddress, numbers.baseAddress, numbers.baseAddress.map { $0 + count })
                }
            }
        }
    }

    /// An empty value needs an address too: libpq takes a null pointer for NULL.
    private static func pointer(to range: Range<Int>, in bytes: UnsafeRawBufferPointer) -> UnsafePointer<CChar>? {
        guard let start = bytes.baseAddress, range.lowerBound < bytes.count else { return emptyValue }
        return (start + range.lowerBound).assumingMemoryBound(to: CChar.self)
    }

    // One zero byte that is never written or freed.
    nonisolated(unsafe) private static let emptyValue: UnsafePointer<CChar> = {
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return UnsafePointer(byte)
    }()
}
