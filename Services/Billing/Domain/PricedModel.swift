// SPDX-License-Identifier: Apache-2.0

/// Whose price a model has that has none.
package enum PricedModel {
    /// The model that `base:adapter` is an adapter of; nil for any other name.
    package static func base(of model: String) -> String? {
        guard let colon = model.lastIndex(of: ":"), colon > model.startIndex, model.index(after: colon) < model.endIndex
        else { return nil }
        return String(model[..<colon])
    }
}
