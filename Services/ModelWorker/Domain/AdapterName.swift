// SPDX-License-Identifier: Apache-2.0

/// How adapters are named, and how clients ask for them: `base:adapter`.
package enum AdapterName {
    package static let maxCharacters = 64

    /// Letters, digits, dots, hyphens and underlines of ASCII: a name stands in URLs, metrics and settings.
    package static func isValid(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= maxCharacters
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// The name under which the fleet and clients know a model with an adapter.
    package static func served(_ adapter: String, of base: String) -> String { "\(base):\(adapter)" }

    /// Which adapter of `base` a request's model names: "" for the model as it is, nil for another model.
    package static func adapter(in model: String, of base: String) -> String? {
        if model == base { return "" }
        guard model.utf8.count > base.utf8.count + 1, model.hasPrefix("\(base):") else { return nil }
        return String(decoding: model.utf8.dropFirst(base.utf8.count + 1), as: UTF8.self)
    }
}
