// SPDX-License-Identifier: Apache-2.0

import BillingDomain
import Primitives
import Redis

/// The admission script's eleven numbers, read once.
struct BucketReply {
    var refusedBy: String
    var numbers: [Int64]

    init(_ value: RedisValue) throws {
        guard case .array(let parts) = value, parts.count == 11 else {
            throw Failure(
                .unavailable, "The limits cannot be read now.", reason: "limits_unavailable", retry: .now,
                detail: "the admission script answered \(value)")
        }
        refusedBy =
            switch parts[0] {
            case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
            default: ""
            }
        numbers = parts.dropFirst().map { part in
            if case .integer(let number) = part { return number }
            return 0
        }
    }

    var isCold: Bool { numbers[9] == 1 }

    func admission(_ limits: Limits) -> Admission {
        let dayReset = Duration.milliseconds(numbers[4])
        return Admission(
            refusal: Admission.Refusal(rawValue: refusedBy), retryAfter: .milliseconds(numbers[0]),
            requests: [
                .init(
                    limit: limits.requestsPerMinute, remaining: numbers[1], reset: .milliseconds(numbers[2])),
                .init(
                    limit: limits.requestsPerDay, remaining: (limits.requestsPerDay ?? 0) - numbers[3],
                    reset: dayReset),
            ],
            tokens: [
                .init(limit: limits.tokensPerDay, remaining: (limits.tokensPerDay ?? 0) - numbers[5], reset: dayReset),
                .init(
                    limit: limits.tokensPerMonth, remaining: (limits.tokensPerMonth ?? 0) - numbers[6],
                    reset: .milliseconds(numbers[7])),
            ],
            lease: numbers[8] > 0
                ? Admission.Lease(requests: numbers[8], duration: LeaseSize.duration) : .none)
    }
}
