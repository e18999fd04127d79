// SPDX-License-Identifier: Apache-2.0

package import BillingDomain
package import Primitives
package import Redis

/// Buckets and counters in Redis, one script call per admission, by Redis' own clock.
///
/// All keys of an organisation share the hash tag `{<organisation>}`, so that they lie on one node of a cluster:
/// - `{org}:bucket:requests` — token bucket of the minute limit, a hash of `level` and `at` (ms);
/// - `{org}:count:requests:<day>`, `{org}:count:tokens:<day>`, `{org}:count:tokens:<month>` — plain counters;
/// - `{org}:admitted:<turn>` — marks a turn that was let in, so that a retry costs nothing.
package struct BucketStore: Sendable {
    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    /// How long a turn stays marked: longer than any retry of the same request.
    private static let markMilliseconds: Int64 = 600_000

    /// Answers {refused_by, retry_ms, minute_left, minute_reset_ms, day_requests, day_reset_ms, day_tokens,
    /// month_tokens, month_reset_ms, lease, is_cold}. Limits of -1 mean none. Nothing is taken when anything refuses.
    private static let admitScript = RedisScript(
        """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        local prefix, turn = ARGV[1], ARGV[2]
        local minute, perday = tonumber(ARGV[3]), tonumber(ARGV[4])
        local tokday, tokmonth = tonumber(ARGV[5]), tonumber(ARGV[6])
        local estimate, lease, mark = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
        local days = math.floor(clock[1] / 86400)
        local day_reset = (days + 1) * 86400000 - now
        local z = days + 719468
        local era = math.floor(z / 146097)
        local doe = z - era * 146097
        local leap = math.floor(doe / 1460) - math.floor(doe / 36524) + math.floor(doe / 146096)
        local yoe = math.floor((doe - leap) / 365)
        local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
        local mp = math.floor((5 * doy + 2) / 153)
        local dom = doy - math.floor((153 * mp + 2) / 5) + 1
        local month = mp < 10 and mp + 3 or mp - 9
        local year = yoe + era * 400 + (month <= 2 and 1 or 0)
        local lengths = {31, (year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)) and 29 or 28,
                         31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
        local month_reset = day_reset + (lengths[month] - dom) * 86400000
        local bucket = prefix .. 'bucket:requests'
        local kday, kdaytok = prefix .. 'count:requests:' .. days, prefix .. 'count:tokens:' .. days
        local kmonth = prefix .. 'count:tokens:' .. string.format('%04d-%02d', year, month)
        local cold = (tokday >= 0 and redis.call('EXISTS', kdaytok) == 0)
            or (tokmonth >= 0 and redis.call('EXISTS', kmonth) == 0)
        if cold then return {'', 0, 0, 0, 0, day_reset, 0, 0, month_reset, 0, 1} end
        local seen = redis.call('EXISTS', prefix .. 'admitted:' .. turn) == 1
        local level = minute
        if minute >= 0 then
            local state = redis.call('HMGET', bucket, 'level', 'at')
            if state[1] then
                level = math.min(minute, tonumber(state[1]) + (now - tonumber(state[2])) * minute / 60000)
            end
        end
        local dreq = tonumber(redis.call('GET', kday) or '0')
        local dtok = tonumber(redis.call('GET', kdaytok) or '0')
        local mtok = tonumber(redis.call('GET', kmonth) or '0')
        local refused, retry = '', 0
        if not seen then
            if minute >= 0 and level < 1 then
                refused, retry = 'requests_per_minute', math.ceil((1 - level) * 60000 / minute)
            elseif perday >= 0 and dreq >= perday then refused, retry = 'requests_per_day', day_reset
            elseif tokday >= 0 and dtok + estimate > tokday then refused, retry = 'tokens_per_day', day_reset
            elseif tokmonth >= 0 and mtok + estimate > tokmonth then refused, retry = 'tokens_per_month', month_reset
            end
        end
        local granted = 0
        if refused == '' and not seen then
            if minute >= 0 then
                level = level - 1
                granted = math.max(0, math.min(lease, math.floor(level / 2)))
                level = level - granted
                redis.call('HSET', bucket, 'level', tostring(level), 'at', now)
                redis.call('PEXPIRE', bucket, 120000)
            else
                granted = lease
            end
            if perday >= 0 then
                dreq = redis.call('INCR', kday)
                redis.call('PEXPIRE', kday, day_reset + 60000)
            end
            redis.call('SET', prefix .. 'admitted:' .. turn, '1', 'PX', mark)
        end
        local minute_reset = 0
        if minute > 0 then minute_reset = math.ceil((minute - level) * 60000 / minute) end
        return {refused, retry, math.floor(level), minute_reset, dreq, day_reset, dtok, mtok, month_reset, granted, 0}
        """)

    /// Sets a counter Redis has lost to what the ledger says, unless somebody did so before.
    private static let warmScript = RedisScript(
        """
        redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[3])
        redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[4])
        return 1
        """)

    private static let countScript = RedisScript(
        """
        for i = 1, 2 do
            redis.call('INCRBY', KEYS[i], ARGV[1])
            if redis.call('PTTL', KEYS[i]) < 0 then redis.call('PEXPIRE', KEYS[i], ARGV[1 + i]) end
        end
        return 1
        """)

    /// - Parameter warm: asked for (today, this month) when Redis does not know the organisation's token counters.
    package func admit(
        turn: TurnID, organisation: OrganisationID, limits: Limits, estimate: Int64, now: Timestamp,
        deadline: Deadline, warm: () async throws -> (today: Int64, month: Int64)
    ) async throws -> Admission {
        let first = try await run(turn, organisation, limits, estimate, deadline)
        guard first.isCold else { return first.admission(limits) }
        let used = try await warm()
        let windows = CalendarWindows(now)
        _ = try await redis.evaluate(
            Self.warmScript,
            keys: [
                key(organisation, "count:tokens:\(windows.day)"), key(organisation, "count:tokens:\(windows.month)"),
            ],
            arguments: [
                .integer(used.today), .integer(used.month), .integer(windows.dayLeft.milliseconds + 60_000),
                .integer(windows.monthLeft.milliseconds + 60_000),
            ], deadline: deadline
        ).answer()
        return try await run(turn, organisation, limits, estimate, deadline).admission(limits)
    }

    /// Adds what a turn really used to the organisation's counters.
    package func count(tokens: Int64, of organisation: OrganisationID, now: Timestamp, deadline: Deadline) async throws
    {
        let windows = CalendarWindows(now)
        _ = try await redis.evaluate(
            Self.countScript,
            keys: [
                key(organisation, "count:tokens:\(windows.day)"), key(organisation, "count:tokens:\(windows.month)"),
            ],
            arguments: [
                .integer(tokens), .integer(windows.dayLeft.milliseconds + 60_000),
                .integer(windows.monthLeft.milliseconds + 60_000),
            ], deadline: deadline
        ).answer()
    }

    private func run(
        _ turn: TurnID, _ organisation: OrganisationID, _ limits: Limits, _ estimate: Int64, _ deadline: Deadline
    ) async throws -> BucketReply {
        // Redis Cluster places the script by its first key; the others are formed inside from the same hash tag.
        let reply = try await redis.evaluate(
            Self.admitScript, keys: [key(organisation, "bucket:requests")],
            arguments: [
                .text(key(organisation, "")), .text("\(turn)"), .integer(limits.requestsPerMinute ?? -1),
                .integer(limits.requestsPerDay ?? -1), .integer(limits.tokensPerDay ?? -1),
                .integer(limits.tokensPerMonth ?? -1), .integer(estimate),
                .integer(LeaseSize.requests(for: limits)), .integer(Self.markMilliseconds),
            ], deadline: deadline
        ).answer()
        return try BucketReply(reply)
    }

    private func key(_ organisation: OrganisationID, _ rest: String) -> String { "{\(organisation)}:\(rest)" }
}
