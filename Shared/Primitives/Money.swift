// SPDX-License-Identifier: Apache-2.0

/// An amount of money in millionths of a currency's unit, the ledger's grain: one token may cost less than a cent.
///
/// Int64 holds about nine billion units. Sums trap on overflow in every build, because a wrapped ledger is worse
/// than a stopped one.
package struct Money: Hashable, Sendable {
    package var micros: Int64
    package var currency: Currency

    package init(micros: Int64, _ currency: Currency) {
        self.micros = micros
        self.currency = currency
    }

    /// The sum of two amounts of one currency. Mixing currencies is a bug of ours, hence the trap.
    package static func + (a: Money, b: Money) -> Money {
        precondition(a.currency == b.currency, "amounts of different currencies were added")
        return Money(micros: a.micros + b.micros, a.currency)
    }
}

/// An ISO 4217 code, three capital letters.
package struct Currency: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init?(rawValue: String) {
        guard rawValue.utf8.count == 3, rawValue.utf8.allSatisfy({ (65...90).contains($0) }) else { return nil }
        self.rawValue = rawValue
    }
    private init(known: String) { rawValue = known }
    package static let usd = Currency(known: "USD")
}
