// SPDX-License-Identifier: Apache-2.0

/// A bounded map that forgets what nobody asked for lately.
///
/// Two generations: new and used entries live in the young one; when it is full the old one is dropped and the young
/// one takes its place. All operations are O(1) and need no list of uses; between half and all of `capacity` is kept.
package struct RecentMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let half: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    package init(capacity: Int) { half = max(1, capacity / 2) }

    package var count: Int { young.count + old.count }

    package subscript(key: Key) -> Value? {
        mutating get {
            if let value = young[key] { return value }
            guard let value = old.removeValue(forKey: key) else { return nil }
            self[key] = value
            return value
        }
        set {
            old.removeValue(forKey: key)
            if newValue != nil, young[key] == nil, young.count >= half {
                old = young
                young = [:]
            }
            young[key] = newValue
        }
    }

    package mutating func removeAll() {
        young.removeAll()
        old.removeAll()
    }
}
