// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPClient
import Loops
import ModelWorkerDomain
import NIOCore
import NIOHTTP1
import NIOPosix

/// What it costs to read streamed answers: `upstream-benchmark URL STREAMS ROUNDS`.
///
/// Processor time of this process alone, per answer and per chunk, with our client and our reader of event streams and
/// nothing else. `Curl/curl_streams.c` does the same with libcurl and without a reader.
@main
struct UpstreamBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let origin = HTTPOrigin(arguments[1]), let streams = Int(arguments[2]),
            let rounds = Int(arguments[3])
        else {
            print("usage: upstream-benchmark http://host:port STREAMS ROUNDS")
            exit(2)
        }
        let group = MultiThreadedEventLoopGroup.singleton
        let client = HTTPClient(origin, group: group)
        let loop = LoopExecutor.of(group.any())
        let before = processorMicroseconds()
        // As in the worker: each call's task runs on the loop that its bytes arrive at.
        let pieces = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for _ in 0..<streams {
                tasks.addTask(executorPreference: loop) {
                    var pieces = 0
                    for _ in 0..<rounds { pieces += try await ask(client) }
                    return pieces
                }
            }
            var all = 0
            while let pieces = try await tasks.next() { all += pieces }
            return all
        }
        let spent = processorMicroseconds() - before
        let answers = streams * rounds
        print(#"{"answers": \#(answers), "chunks": \#(pieces), "us_per_answer": \#(spent / Double(answers)),"#)
        print(#" "us_per_chunk": \#(spent / Double(max(1, pieces)))}"#)
    }

    private static func ask(_ client: HTTPClient) async throws -> Int {
        let body = #"{"model":"mock","stream":true,"messages":[{"role":"user","content":"Say hello."}]}"#
        let request = HTTPClientRequest(
            .POST, "/v1/chat/completions", headers: ["content-type": "application/json"],
            body: ByteBuffer(string: body))
        return try await client.withResponse(request) { response in
            var reader = ChatStreamReader()
            var pieces = 0
            while let bytes = try await response.next() {
                try bytes.withUnsafeReadableBytes { bytes throws(ChatStreamReader.Failure) in try reader.read(bytes) }
                pieces += reader.takePieces().count
            }
            return pieces
        }
    }

    private static func processorMicroseconds() -> Double {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        return Double(seconds) * 1e6 + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }
}
