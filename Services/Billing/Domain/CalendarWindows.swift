// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The UTC day and month a moment lies in, named as the Redis counters name them.
package struct CalendarWindows: Hashable, Sendable {
    /// Days since 1970-01-01.
    package var day: Int64
    /// `YYYY-MM`.
    package var month: String
    package var dayLeft: Duration
    package var monthLeft: Duration

    /// Civil date from a day number, after Howard Hinnant's `civil_from_days`
    /// (https://howardhinnant.github.io/date_algorithms.html); the admission script counts the same way.
    package init(_ time: Timestamp) {
        let seconds = time.seconds
        day = seconds / 86_400
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

        let paddedYear = String(repeating: "0", count: max(0, 4 - "\(year)".count)) + "\(year)"
        self.month = "\(paddedYear)-\(month < 10 ? "0" : "")\(month)"
        dayLeft = .seconds((day + 1) * 86_400 - seconds)
        monthLeft = dayLeft + .seconds((lengths[Int(month) - 1] - dayOfMonth) * 86_400)
    }
}
