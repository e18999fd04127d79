// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Messages

extension RoutePool {
    /// `MODEL[:plans=A+B][:complexity=LOW-HIGH][:weight=N][:price=MICROS]`. A model's name may have no colon here.
    init(argument: String) throws {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard let model = parts.first, !model.isEmpty else { throw ValidationError("A pool begins with a model.") }
        self.init(model: String(model))
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { throw ValidationError("'\(part)' is not of the form name=value.") }
            switch pair[0] {
            case "plans": plans = pair[1].split(separator: "+").map(String.init)
            case "complexity":
                let bounds = pair[1].split(separator: "-").compactMap { UInt32($0) }
                guard bounds.count == 2, bounds[0] <= bounds[1], bounds[1] <= 100 else {
                    throw ValidationError("Complexity is LOW-HIGH between 0 and 100, not '\(pair[1])'.")
                }
                minComplexity = bounds[0]
                maxComplexity = bounds[1]
            case "weight": weight = try Self.number(pair[1])
            case "price": priceMicros = try Self.number(pair[1])
            default: throw ValidationError("A pool has no '\(pair[0])'.")
            }
        }
    }

    private static func number(_ text: Substring) throws -> UInt32 {
        guard let number = UInt32(text) else { throw ValidationError("'\(text)' is no number.") }
        return number
    }
}

extension RouteBudget {
    /// `PLAN=MICROS`.
    init(argument: String) throws {
        let pair = argument.split(separator: "=")
        guard pair.count == 2, let micros = UInt64(pair[1]) else {
            throw ValidationError("A budget is PLAN=MICROS, not '\(argument)'.")
        }
        self.init(plan: String(pair[0]), micros: micros)
    }
}
