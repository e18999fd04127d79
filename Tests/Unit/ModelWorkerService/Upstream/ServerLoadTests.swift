// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives
import Testing

@Suite struct ServerLoadTests {
    private static func load(_ text: String) -> ServerLoad {
        Array(text.utf8).withUnsafeBytes { ServerLoad(metrics: $0) }
    }

    @Test func vLLMIsUnderstood() {
        let load = Self.load(
            """
            # HELP vllm:num_requests_running Number of requests in model execution batches.
            # TYPE vllm:num_requests_running gauge
            vllm:num_requests_running{engine="0",model_name="a b"} 3.0
            vllm:num_requests_running{engine="1",model_name="a b"} 4.0
            vllm:num_requests_waiting{engine="0",model_name="a b"} 2.0
            vllm:num_requests_waiting_by_reason{engine="0",reason="capacity"} 2.0
            vllm:kv_cache_usage_perc{engine="0",model_name="a b"} 0.25
            vllm:kv_cache_usage_perc{engine="1",model_name="a b"} 0.5
            vllm:cache_config_info{block_size="16",cache_dtype="auto",engine="0",num_gpu_blocks="1000"} 1.0
            """)
        #expect(load == ServerLoad(running: 7, waiting: 2, cacheUsage: 0.5, cacheTokens: 16_000))
    }

    @Test func othersAreUnderstood() {
        let llama = "llamacpp:requests_processing 2\nllamacpp:requests_deferred 1\nllamacpp:kv_cache_usage_ratio 0.1\n"
        #expect(Self.load(llama) == ServerLoad(running: 2, waiting: 1, cacheUsage: 0.1))
        let sglang = """
            sglang:num_running_reqs{model_name="m"} 5.0
            sglang:num_queue_reqs{model_name="m"} 6.0
            sglang:token_usage{model_name="m"} 0.28
            sglang:max_total_num_tokens{model_name="m"} 131072.0 1700000000000
            """
        #expect(
            Self.load(sglang) == ServerLoad(running: 5, waiting: 6, cacheUsage: 0.28, cacheTokens: 131_072))
        let tensorRT = """
            [{"iter":1,"numActiveRequests":9}, {"iter":2,"numActiveRequests":1,"numQueuedRequests":2,
            "kvCacheStats":{"maxNumBlocks":100,"usedNumBlocks":25,"freeNumBlocks":75,"tokensPerBlock":32}}]
            """
        #expect(
            Self.load(tensorRT) == ServerLoad(running: 1, waiting: 2, cacheUsage: 0.25, cacheTokens: 3_200))
    }

    /// Goal: what is no metric of ours, or no number, is nothing.
    @Test(arguments: [
        "", "{}", "[]", "[7]", "[{", "<html>no</html>", "vllm:num_requests_running", "vllm:num_requests_running{",
        "vllm:num_requests_running x", "vllm:num_requests_running NaN", "vllm:num_requests_running -1",
        "vllm:num_requests_running +Inf", "not_vllm:num_requests_running 3",
        "vllm:cache_config_info{block_size=\"99999999999\",num_gpu_blocks=\"99999999999\"} 1",
        String(repeating: "x", count: 100_000),
    ])
    func junkSaysNothing(text: String) {
        #expect(!Self.load(text).saysAnything && Self.load(text).cacheTokens == nil)
    }

    @Test func numbersAreBounded() {
        let load = Self.load("sglang:num_running_reqs 1e300\nsglang:token_usage 7\n")
        #expect(load.running == 1_000_000_000_000 && load.cacheUsage == 1)
        let blocks = #"vllm:cache_config_info{num_gpu_blocks="9223372036854775807",block_size="1"} 1"# + "\n"
        #expect(Self.load(blocks + blocks).cacheTokens == 1 << 42)
    }
}

@Suite struct LearntPaceTests {
    private static func pace() -> LearntPace {
        LearntPace(assumedPrefill: 1_000, assumedStep: .milliseconds(20), widest: 8)
    }

    @Test func theGuessGivesWay() {
        var pace = Self.pace()
        #expect(pace.samples == 0 && pace.stepByBatch == [Duration](repeating: .milliseconds(20), count: 4))
        for _ in 0..<60 {
            pace.firstToken(prompt: 1_000, cached: 500, after: .milliseconds(50), others: 0)
            pace.decoded(100, in: .milliseconds(500), width: 3)
        }
        #expect(abs(pace.prefillTokensPerSecond - 10_000) < 100)
        #expect(pace.samples == 60 && pace.stepByBatch == [Duration](repeating: .milliseconds(5), count: 4))
        for _ in 0..<60 { pace.decoded(100, in: .milliseconds(900), width: 8) }
        #expect(pace.stepByBatch == [5, 5, 5, 9].map { .milliseconds($0) })
    }

    /// Goal: where the server does not tell its hits, fast first tokens raise the figure slowly, slow ones lower it.
    @Test func hitsAreNotMistakenForSpeed() {
        var (quick, slow) = (Self.pace(), Self.pace())
        for _ in 0..<10 {
            quick.firstToken(prompt: 1_000, cached: nil, after: .milliseconds(100), others: 0)
            slow.firstToken(prompt: 1_000, cached: nil, after: .seconds(10), others: 0)
        }
        #expect(quick.prefillTokensPerSecond < 2_000)
        #expect(slow.prefillTokensPerSecond < 450)
    }

    @Test func whatShowsNothingTeachesNothing() {
        var pace = Self.pace()
        let before = pace
        pace.firstToken(prompt: 1_000, cached: 990, after: .milliseconds(5), others: 0)
        pace.firstToken(prompt: 1_000, cached: 0, after: .zero, others: 0)
        pace.decoded(2, in: .seconds(1), width: 1)
        #expect(pace == before)
    }
}
