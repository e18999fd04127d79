// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

struct RateLimitsTests {
    @Test(arguments: [
        (Duration.milliseconds(-5), "0ms"), (.milliseconds(120), "120ms"), (.seconds(1), "1s"),
        (.milliseconds(7_500), "7.5s"), (.milliseconds(7_050), "7.05s"), (.seconds(360), "6m0s"),
        (.seconds(3_603), "1h0m3s"), (.milliseconds(61_200), "1m1.2s"),
    ])
    func durationsReadAsOpenAIWritesThem(_ duration: Duration, _ text: String) {
        #expect(RateLimits.text(duration) == text)
    }

    @Test func headersNameBothWindows() {
        let limits = RateLimits(
            requests: .init(limit: 100, remaining: 99, reset: .milliseconds(600)),
            tokens: .init(limit: 10_000, remaining: 0, reset: .seconds(86_400)))
        #expect(
            limits.headers.map { "\($0.name): \($0.value)" } == [
                "x-ratelimit-limit-requests: 100", "x-ratelimit-remaining-requests: 99",
                "x-ratelimit-reset-requests: 600ms", "x-ratelimit-limit-tokens: 10000",
                "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 24h0m0s",
            ])
    }

    @Test func planWithoutTokenLimitHasNoTokenHeaders() {
        #expect(RateLimits(requests: .init(limit: 1, remaining: 1, reset: .zero), tokens: nil).headers.count == 3)
    }
}
