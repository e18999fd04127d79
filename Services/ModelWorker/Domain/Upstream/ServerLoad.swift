// SPDX-License-Identifier: Apache-2.0

import Primitives

/// How busy another server says it is. What it does not say is nil.
package struct ServerLoad: Hashable, Sendable {
    package var running: Int?
    package var waiting: Int?
    /// Share of the key-value cache that is in use, 0...1.
    package var cacheUsage: Double?
    package var cacheTokens: Int? {
        didSet { if let tokens = cacheTokens { cacheTokens = min(tokens, Self.mostCacheTokens) } }
    }
    /// More than any fleet has, and far from what overflows where such figures are added up.
    private static let mostCacheTokens = 1 << 42

    package init(running: Int? = nil, waiting: Int? = nil, cacheUsage: Double? = nil, cacheTokens: Int? = nil) {
        self.running = running
        self.waiting = waiting
        self.cacheUsage = cacheUsage
        self.cacheTokens = cacheTokens
    }

    package var saysAnything: Bool { running != nil || waiting != nil || cacheUsage != nil }

    /// Reads what `/metrics` answers: Prometheus' text format, or the JSON of TensorRT-LLM's `trtllm-serve`.
    package init(metrics bytes: UnsafeRawBufferPointer) {
        self.init()
        if bytes.first == UInt8(ascii: "[") {
            readIterations(bytes)
        } else {
            readLines(bytes)
        }
    }

    // MARK: Prometheus' text format

    private enum Meaning { case running, waiting, usage, tokens, blocks }

    /// The names that servers use, as their documents list them in 2026.
    private static let meanings: [(name: StaticString, meaning: Meaning)] = [
        ("vllm:num_requests_running", .running), ("vllm:num_requests_waiting", .waiting),
        ("vllm:kv_cache_usage_perc", .usage), ("vllm:gpu_cache_usage_perc", .usage),
        ("vllm:cache_config_info", .blocks),
        ("sglang:num_running_reqs", .running), ("sglang:num_queue_reqs", .waiting),
        ("sglang:token_usage", .usage), ("sglang:max_total_num_tokens", .tokens),
        ("llamacpp:requests_processing", .running), ("llamacpp:requests_deferred", .waiting),
        ("llamacpp:kv_cache_usage_ratio", .usage),
        ("tgi_batch_current_size", .running), ("tgi_queue_size", .waiting),
        ("trtllm_kv_cache_utilization", .usage),
    ]
    /// A longer line is a label set of some other metric.
    private static let maxLineBytes = 8 << 10

    private mutating func readLines(_ bytes: UnsafeRawBufferPointer) {
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: true)
        where line.first != UInt8(ascii: "#") && line.count <= Self.maxLineBytes {
            let end = line.firstIndex { $0 == UInt8(ascii: "{") || $0 == 0x20 } ?? line.endIndex
            let name = line[..<end]
            let known = Self.meanings.first { entry in
                name.elementsEqual(
                    UnsafeBufferPointer(start: entry.name.utf8Start, count: entry.name.utf8CodeUnitCount))
            }
            if let known { note(known.meaning, String(decoding: line[end...], as: UTF8.self)) }
        }
    }

    /// - Parameter rest: the line behind the metric's name: labels, value, perhaps a time.
    private mutating func note(_ meaning: Meaning, _ rest: String) {
        if meaning == .blocks {
            guard let blocks = Self.label("num_gpu_blocks", of: rest), let size = Self.label("block_size", of: rest)
            else { return }
            let (tokens, overflow) = blocks.multipliedReportingOverflow(by: size)
            if !overflow { cacheTokens = (cacheTokens ?? 0) + min(tokens, Self.mostCacheTokens) }
            return
        }
        // Labels may hold spaces; the value comes after them.
        let values = rest.lastIndex(of: "}").map { rest[rest.index(after: $0)...] } ?? rest[...]
        guard let word = values.split(separator: " ").first, let value = Double(word), value.isFinite, value >= 0
        else { return }
        let count = Int(min(value, 1e12))
        switch meaning {
        // One line for each engine of a data-parallel server: they are one to us.
        case .running: running = (running ?? 0) + count
        case .waiting: waiting = (waiting ?? 0) + count
        case .tokens: cacheTokens = (cacheTokens ?? 0) + count
        case .usage: cacheUsage = max(cacheUsage ?? 0, min(1, value))
        case .blocks: break
        }
    }

    private static func label(_ name: String, of labels: String) -> Int? {
        for part in labels.split(whereSeparator: { "{,}".contains($0) }) where part.hasPrefix("\(name)=\"") {
            return Int(part.dropFirst(name.utf8.count + 2).prefix { $0.isNumber })
        }
        return nil
    }

    // MARK: TensorRT-LLM

    /// An array with one object for each of the last iterations; the newest is last.
    private mutating func readIterations(_ bytes: UnsafeRawBufferPointer) {
        guard case .array(let items)? = try? JSONReader.read(bytes), case .object(let last)? = items.last else {
            return
        }
        running = Self.count(last["numActiveRequests"])
        waiting = Self.count(last["numQueuedRequests"])
        guard case .object(let cache)? = last["kvCacheStats"], let most = Self.count(cache["maxNumBlocks"]), most > 0
        else { return }
        if let used = Self.count(cache["usedNumBlocks"]) { cacheUsage = min(1, Double(used) / Double(most)) }
        if let size = Self.count(cache["tokensPerBlock"]) { cacheTokens = min(most, 1 << 31) * min(size, 1 << 16) }
    }

    private static func count(_ value: JSONValue?) -> Int? {
        guard case .integer(let number)? = value, number >= 0 else { return nil }
        return Int(clamping: number)
    }
}
