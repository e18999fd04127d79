// SPDX-License-Identifier: Apache-2.0

package import OrchestratorScheduling
package import Settings

extension SchedulingRules {
    /// The rules as the settings give them.
    package init(_ reader: inout SettingsReader) {
        self.init()
        toleratedTTFT = reader.duration(
            "scheduler.tolerated_ttft_ms", default: toleratedTTFT, in: .milliseconds(10) ... .seconds(120),
            help: "How long a prompt may wait for the worker that holds its beginning before it goes elsewhere.")
        workerQueue = reader.int(
            "scheduler.worker_queue", default: workerQueue, in: 0...1_024,
            help: "Calls beyond a full batch that may wait at a worker. Whatever waits there can go nowhere else.")
        queueLimit = reader.int(
            "scheduler.queue_limit", default: queueLimit, in: 0...1_000_000,
            help: "Requests that wait for a worker in this process; more are refused (429).")
        queueBytes = reader.int(
            "scheduler.queue_bytes", default: queueBytes, in: 1_024...1_024 * 1_024 * 1_024,
            help: "Memory of what the scheduler keeps of those who wait.")
        aging = reader.duration(
            "scheduler.aging_ms", default: aging, in: .milliseconds(10) ... .seconds(600),
            help: "A request that waited this long gets a share of what the class above it gets.")
        quantum = reader.int(
            "scheduler.quantum_tokens", default: quantum, in: 1...10_000_000,
            help: "Tokens of service by which a tenant may be ahead of its share before others go first.")
        let words = ["premium", "standard", "batch"]
        for (index, word) in words.enumerated() {
            waitBounds[index] = reader.duration(
                "scheduler.\(word)_wait_ms", default: waitBounds[index], in: .milliseconds(1) ... .seconds(600),
                help: "A \(word) request that would wait longer for a worker is refused at once (429).")
            targets[index] = reader.duration(
                "scheduler.\(word)_ttft_ms", default: targets[index], in: .milliseconds(1) ... .seconds(600),
                help: "The time to the first token that \(word) requests are to have; only counted.")
        }
        indexBytes = reader.int(
            "scheduler.index_bytes", default: indexBytes, in: 64 * 1_024...4 * 1_024 * 1_024 * 1_024,
            help: "Memory for who holds which prefix: 2 KiB for one of 16 KiB, 4 where workers report their caches.")
        indexLifetime = reader.duration(
            "scheduler.index_seconds", default: indexLifetime, in: .seconds(1) ... .seconds(86_400),
            help: "How long a worker that does not report its cache is believed to hold what it was sent.")
        warmUp = reader.duration(
            "scheduler.warm_up_ms", default: warmUp, in: .zero ... .seconds(600),
            help: "How long a worker that joins takes to get its full share.")
    }
}
