// SPDX-License-Identifier: Apache-2.0

import BillingDomain
import Primitives
import Testing

@Suite struct AdmissionTests {
    @Test func theTightestWindowIsTold() {
        let admission = Admission(
            refusal: nil, retryAfter: .zero,
            requests: [
                .init(limit: 100, remaining: 50, reset: .seconds(1)),
                .init(limit: 10, remaining: 1, reset: .seconds(9)),
            ],
            tokens: [.init(limit: nil, remaining: 0, reset: .zero)], lease: .none)
        #expect(admission.requests.limit == 10)
        #expect(admission.tokens.limit == nil)
    }

    @Test func leasesAreForPlansThatCountNoSingleRequest() {
        let free = Limits(requestsPerMinute: 20, requestsPerDay: 10, tokensPerDay: 10_000, tokensPerMonth: 100_000)
        let enterprise = Limits(requestsPerMinute: 1_000, requestsPerDay: nil, tokensPerDay: nil, tokensPerMonth: nil)
        let small = Limits(requestsPerMinute: 10, requestsPerDay: nil, tokensPerDay: nil, tokensPerMonth: nil)
        #expect(LeaseSize.requests(for: free) == 0)
        #expect(LeaseSize.requests(for: enterprise) == LeaseSize.most)
        #expect(LeaseSize.requests(for: small) == 0)
    }

    @Test(arguments: [
        (Int64(1_709_164_800), "2024-02", Int64(1)),  // 2024-02-29T00:00:00Z
        (Int64(1_735_689_599), "2024-12", Int64(1)),  // 2024-12-31T23:59:59Z
        (Int64(951_782_400), "2000-02", Int64(1)),  // 2000-02-29T00:00:00Z
        (Int64(0), "1970-01", Int64(31)),
    ])
    func monthsAreCountedAsTheCalendarDoes(_ seconds: Int64, _ month: String, _ daysLeft: Int64) {
        let windows = CalendarWindows(Timestamp(microseconds: seconds * 1_000_000))
        #expect(windows.month == month)
        let left = (windows.monthLeft.milliseconds + 86_399_999) / 86_400_000
        #expect(left == daysLeft)
    }
}
