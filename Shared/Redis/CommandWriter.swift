// SPDX-License-Identifier: Apache-2.0

import CHiredis

/// Writes commands as RESP, by hiredis' formatter.
enum CommandWriter {
    static func bytes(of command: [RedisArgument]) -> [UInt8] {
        var words: [UInt8] = []
        var lengths: [Int] = []
        lengths.reserveCapacity(command.count)
        for argument in command {
            let start = words.count
            argument.write(to: &words)
            lengths.append(words.count - start)
        }
        words.append(0)  // So that even an empty word has an address.
        return words.withUnsafeBytes { words in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: lengths.count) { pointers in
                var offset = 0
                for (index, length) in lengths.enumerated() {
                    pointers[index] = words.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) }
                    offset += length
                }
                var text: UnsafeMutablePointer<CChar>?
                let count = redisFormatCommandArgv(&text, Int32(lengths.count), pointers.baseAddress, lengths)
                // It fails only when memory is gone.
                guard count > 0, let text else { preconditionFailure("hiredis could not format a command") }
                defer { redisFreeCommand(text) }
                return Array(UnsafeRawBufferPointer(start: text, count: Int(count)))
            }
        }
    }
}
