// SPDX-License-Identifier: Apache-2.0

import Primitives

extension Timestamp {
    /// The moment as RFC 3339 in UTC with milliseconds: `2026-11-23T03:36:19.042Z`.
    package var rfc3339: String {
        let milliseconds = microseconds.flooredQuotient(1_000)
        let seconds = milliseconds.flooredQuotient(1_000)
        let days = seconds.flooredQuotient(86_400)
        let ofDay = seconds - days * 86_400
        let date = Self.civil(days)
        return Self.padded(date.year, 4) + "-" + Self.padded(date.month, 2) + "-" + Self.padded(date.day, 2) + "T"
            + Self.padded(ofDay / 3_600, 2) + ":" + Self.padded(ofDay / 60 % 60, 2) + ":"
            + Self.padded(ofDay % 60, 2) + "." + Self.padded(milliseconds - seconds * 1_000, 3) + "Z"
    }

    /// Days since 1970-01-01 to a date of the proleptic Gregorian calendar: Howard Hinnant's `civil_from_days`,
    /// https://howardhinnant.github.io/date_algorithms.html.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : -((divisor - 1 - self) / divisor)
    }
}
