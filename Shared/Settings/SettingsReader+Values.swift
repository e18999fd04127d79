// SPDX-License-Identifier: Apache-2.0

import Configuration
package import Primitives

extension SettingsReader {
    /// A whole number within `bounds`. Without a default it must be given.
    package mutating func int(
        _ key: String, default fallback: Int? = nil, in bounds: ClosedRange<Int>, help: String
    ) -> Int {
        let expected = "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        describe(
            key, kind: "whole number", fallback: fallback.map { "\($0)" },
            bound: "\(bounds.lowerBound) to \(bounds.upperBound)", help: help)
        let before = problems.count
        guard case .int(let value) = lookup(key, as: .int, expected: expected) else {
            if fallback == nil, problems.count == before { noteMissing(key, expected: expected) }
            return fallback ?? bounds.lowerBound
        }
        if !bounds.contains(value) { note(key, found: "\(value)", expected: expected) }
        return value
    }

    package mutating func double(
        _ key: String, default fallback: Double, in bounds: ClosedRange<Double>, help: String
    ) -> Double {
        let expected = "a number from \(bounds.lowerBound) to \(bounds.upperBound)"
        describe(
            key, kind: "number", fallback: "\(fallback)", bound: "\(bounds.lowerBound) to \(bounds.upperBound)",
            help: help)
        guard case .double(let value) = lookup(key, as: .double, expected: expected) else { return fallback }
        if !bounds.contains(value) { note(key, found: "\(value)", expected: expected) }
        return value
    }

    package mutating func bool(_ key: String, default fallback: Bool, help: String) -> Bool {
        describe(key, kind: "true or false", fallback: "\(fallback)", help: help)
        guard case .bool(let value) = lookup(key, as: .bool, expected: "true or false") else { return fallback }
        return value
    }

    /// A span of time whose unit is the key's last word: `_us`, `_ms`, `seconds`, `minutes`, `hours`, `days`.
    package mutating func duration(
        _ key: String, default fallback: Duration, in bounds: ClosedRange<Duration>, help: String
    ) -> Duration {
        guard let grain = Self.grain(of: key) else {
            preconditionFailure("the key of a duration ends with its unit: \(key)")
        }
        let count = { (duration: Duration) in Int(duration.nanoseconds / grain.nanoseconds) }
        let value = int(
            key, default: count(fallback), in: count(bounds.lowerBound)...count(bounds.upperBound), help: help)
        let (nanoseconds, overflow) = grain.nanoseconds.multipliedReportingOverflow(by: Int64(value))
        // An overflow is out of every bound and was noted already; the default stands in.
        return overflow ? fallback : .nanoseconds(nanoseconds)
    }

    private static func grain(of key: String) -> Duration? {
        switch SettingKey.unit(of: key) {
        case "microseconds": .microseconds(1)
        case "milliseconds": .milliseconds(1)
        case "seconds": .seconds(1)
        case "minutes": .seconds(60)
        case "hours": .seconds(3_600)
        case "days": .seconds(86_400)
        default: nil
        }
    }

    /// A text that is not empty. Without a default it must be given.
    package mutating func string(_ key: String, default fallback: String? = nil, help: String) -> String {
        describe(key, kind: "text", fallback: fallback, help: help)
        if let value = textIfGiven(key) { return value }
        guard let fallback else {
            noteMissing(key, expected: "a text")
            return ""
        }
        return fallback
    }

    package mutating func optionalString(_ key: String, help: String) -> String? {
        describe(key, kind: "text", fallback: "", help: help)
        return textIfGiven(key)
    }

    /// One of an enumeration's names.
    package mutating func enumeration<E: RawRepresentable & CaseIterable>(
        _ key: String, default fallback: E, help: String
    ) -> E where E.RawValue == String {
        let names = E.allCases.map(\.rawValue).joined(separator: ", ")
        describe(key, kind: "one of \(names)", fallback: fallback.rawValue, help: help)
        guard let text = textIfGiven(key) else { return fallback }
        guard let value = E(rawValue: text) else {
            let hint = NearestName.hint(for: text, among: E.allCases.map(\.rawValue))
            note(key, found: text, expected: "one of \(names)" + (hint.map { "; did you mean \($0)?" } ?? ""))
            return fallback
        }
        return value
    }

    /// Texts: a JSON array in the file, or separated by commas anywhere.
    package mutating func list(_ key: String, default fallback: [String] = [], help: String) -> [String] {
        describe(key, kind: "texts, separated by commas", fallback: fallback.joined(separator: ","), help: help)
        return texts(key) ?? fallback
    }

    /// Addresses: `host:port`, separated by commas.
    package mutating func addresses(
        _ key: String, default fallback: [HostAndPort] = [], help: String
    ) -> [HostAndPort] {
        let shown = fallback.map(\.description).joined(separator: ",")
        describe(key, kind: "host:port, separated by commas", fallback: shown, help: help)
        guard let texts = texts(key) else { return fallback }
        return texts.compactMap { text in
            if let address = HostAndPort(text) { return address }
            note(key, found: text, expected: "host:port, the port from 1 to 65535")
            return nil
        }
    }

    /// Where replicas are found: `host:port` or `dns:name:port`, separated by commas.
    package mutating func places(_ key: String, default fallback: [PeerPlace], help: String) -> [PeerPlace] {
        let shown = fallback.map(\.description).joined(separator: ",")
        describe(key, kind: "host:port or dns:name:port, separated by commas", fallback: shown, help: help)
        guard let texts = texts(key) else { return fallback }
        return texts.compactMap { text in
            if let place = PeerPlace(text) { return place }
            note(key, found: text, expected: PeerPlace.expectation)
            return nil
        }
    }

    /// Names of peers; one that no certificate of this suite carries is refused, because a list with a slip in it
    /// would quietly lock a service out.
    package mutating func peers(_ key: String, default fallback: [PeerName], help: String) -> [PeerName] {
        let names = list(key, default: fallback.map(\.rawValue), help: help)
        let known = PeerName.known.map(\.rawValue)
        for name in names where !known.contains(name) {
            let hint = NearestName.hint(for: name, among: known)
            note(key, found: name, expected: "a peer's name" + (hint.map { "; did you mean \($0)?" } ?? ""))
        }
        return names.map(PeerName.init(rawValue:))
    }

    /// Texts by names that the settings choose themselves: an object in the file, or `name=text,name=text` anywhere,
    /// which then replaces the whole object.
    package mutating func map(
        _ key: String, default fallback: [String: String] = [:], help: String
    ) -> [String: String] {
        let shown = fallback.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        describe(key, kind: "name=text, separated by commas", fallback: shown, help: help)
        let names = openKeys(under: key)
        if let pairs = texts(key) {
            return pairs.reduce(into: [:]) { map, pair in
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { return note(key, found: pair, expected: "name=text") }
                map[String(parts[0])] = String(parts[1])
            }
        }
        if names.isEmpty { return fallback }
        return names.reduce(into: [:]) { $0[$1] = textIfGiven("\(key).\($1)") ?? "" }
    }

    private func texts(_ key: String) -> [String]? {
        guard let text = textIfGiven(key) else { return nil }
        return text.split(separator: ",").map { part in
            String(part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }.filter { !$0.isEmpty }
    }
}
