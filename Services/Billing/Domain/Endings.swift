// SPDX-License-Identifier: Apache-2.0

/// How a reservation ended, or why it could not be made; the raw values are what the SQL functions return.
package enum ReserveVerdict: String, Sendable {
    case granted = "ok"
    case ended
    case noPrice = "no_price"
    case overBudget = "budget"
}

package enum FinishVerdict: String, Sendable {
    case done
    case again
    case conflict
    case noPrice = "no_price"
}

/// Why a request for money was refused.
package enum BillingRefusal: Error, Hashable, Sendable {
    case overBudget
    case noPrice(model: String)
    case turnEnded
    case endedOtherwise
}
