// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A workload as a file: one JSON object in each line, by time of arrival.
///
///     {"timestamp": 12.5, "tenant": 3, "class": 1, "input_length": 4352, "output_length": 16, "block_tokens": 64,
///      "hash_ids": [0, 1, 2]}
///
/// `timestamp` is in milliseconds, `class` 0 premium, 1 standard, 2 batch. Each of `hash_ids` names one block of the
/// prompt and all before it. The names are those of the traces that Mooncake published (arXiv 2407.00079), whose blocks
/// have 512 tokens and whose lines lack the rest: such a file can be replayed as it is.
enum Trace {
    /// Blocks of the simulation are of so many tokens.
    private static let blockTokens = 64
    /// What is taken of a line, so that no file fills the memory: of a prompt of a million tokens all.
    private static let maxBlocks = 16_384

    static func write(_ requests: [SimulatedRequest], to path: String) -> Bool {
        guard let file = fopen(path, "w") else { return false }
        defer { fclose(file) }
        var numbers: [UInt64: Int] = [:]
        for request in requests {
            var ids: [String] = []
            for block in request.blocks {
                let number = numbers[block] ?? numbers.count
                numbers[block] = number
                ids.append("\(number)")
            }
            fputs(
                "{\"timestamp\":\(request.arrival * 1_000),\"tenant\":\(request.tenant),"
                    + "\"class\":\(request.serviceClass),\"input_length\":\(request.blocks.count * blockTokens),"
                    + "\"output_length\":\(request.outputTokens),\"block_tokens\":\(blockTokens),"
                    + "\"hash_ids\":[\(ids.joined(separator: ","))]}\n", file)
        }
        return true
    }

    /// - Parameter speed: how many times faster than recorded.
    static func read(_ path: String, speed: Double) -> [SimulatedRequest]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var requests: [SimulatedRequest] = []
        var line: UnsafeMutablePointer<CChar>?
        var room = 0
        defer { free(line) }
        while getline(&line, &room, file) > 0 {
            guard let line, let fields = TraceLine(String(cString: line)).fields else { continue }
            if let request = request(fields, number: requests.count, speed: speed) { requests.append(request) }
        }
        requests.sort { $0.arrival < $1.arrival }
        for index in requests.indices { requests[index].number = index }
        return requests
    }

    private static func request(
        _ fields: [String: [Double]], number: Int, speed: Double
    ) -> SimulatedRequest? {
        guard let time = fields["timestamp"]?.first, let output = fields["output_length"]?.first,
            let length = fields["input_length"]?.first
        else { return nil }
        let wanted = max(1, min(maxBlocks, Int(length / Double(blockTokens))))
        let each = max(1, Int((fields["block_tokens"]?.first ?? 512) / Double(blockTokens)))
        var blocks: [UInt64] = []
        for id in fields["hash_ids"] ?? [] where blocks.count < wanted {
            for part in 0..<each { blocks.append(mixed(mixed(UInt64(id)) &+ UInt64(part))) }
        }
        // A trace without names of blocks is one of prompts that share nothing.
        if blocks.isEmpty { blocks = chain(UInt64(number) &+ 1 << 40, wanted) }
        return SimulatedRequest(
            number: number, arrival: time / 1_000 / speed, tenant: UInt64(fields["tenant"]?.first ?? 0),
            serviceClass: min(2, Int(fields["class"]?.first ?? 1)), blocks: blocks, outputTokens: max(1, Int(output)),
            spread: blocks[min(3, blocks.count - 1)])
    }
}

/// One line of a trace: an object of numbers and lists of numbers. Other values are passed over; nothing is nested.
struct TraceLine {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var fields: [String: [Double]]? {
        var scan = self
        var fields: [String: [Double]] = [:]
        guard scan.take("{") else { return nil }
        while !scan.take("}") {
            guard let name = scan.string(), scan.take(":") else { return nil }
            if scan.next == UInt8(ascii: "\"") { _ = scan.string() } else { fields[name] = scan.numbers() }
            _ = scan.take(",")
            if scan.rest.isEmpty { return nil }
        }
        return fields
    }

    private var next: UInt8? {
        mutating get {
            while let byte = rest.first, byte == 32 || byte == 9 { rest.removeFirst() }
            return rest.first
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func string() -> String? {
        guard take("\""), let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        defer { rest = rest[rest.index(after: end)...] }
        return String(Substring(rest[..<end]))
    }

    private mutating func numbers() -> [Double] {
        guard take("[") else { return number().map { [$0] } ?? [] }
        var numbers: [Double] = []
        while !rest.isEmpty, !take("]") {
            if let number = number() { numbers.append(number) }
            _ = take(",")
        }
        return numbers
    }

    /// A word that is no number is passed over.
    private mutating func number() -> Double? {
        _ = next
        let ends = [UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 10, 13, 32]
        let end = rest.firstIndex { ends.contains($0) } ?? rest.endIndex
        defer { rest = end == rest.startIndex ? rest.dropFirst() : rest[end...] }
        // Neither below zero nor too large for an integer.
        return Double(String(Substring(rest[..<end]))).flatMap { 0...1e15 ~= $0 ? $0 : nil }
    }
}
