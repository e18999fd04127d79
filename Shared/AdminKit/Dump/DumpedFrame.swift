// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Telemetry
import Wire

/// Which way something went.
enum WireWay: Int {
    case toServer, fromServer

    var other: WireWay { self == .toServer ? .fromServer : .toServer }
    var arrow: String { self == .toServer ? "->" : "<-" }
    var name: String { self == .toServer ? "to_server" : "from_server" }
}

/// How much of what people wrote is shown.
enum PayloadDetail: String, ExpressibleByArgument, CaseIterable {
    case none, size, json
}

/// One frame or preface, as told to people and to programs: the same facts under the same names.
struct DumpedFrame {
    enum Value {
        case text(String)
        case number(Int64)
        /// JSON already.
        case json(String)
    }
    /// Since the capture's first record.
    var microseconds: UInt64
    var way: WireWay
    /// In small letters, as `--type` names it.
    var type: String
    var stream: UInt32?
    var method: String?
    private(set) var facts: [(name: String, value: Value)] = []
    /// Rules of the protocol that it broke.
    var violations: [String] = []

    init(microseconds: UInt64, way: WireWay, type: String, stream: UInt32? = nil) {
        self.microseconds = microseconds
        self.way = way
        self.type = type
        self.stream = stream
    }

    mutating func add(_ name: String, _ text: String) { facts.append((name, .text(text))) }
    mutating func add(_ name: String, json: String) { facts.append((name, .json(json))) }
    mutating func add(_ name: String, _ number: some BinaryInteger) {
        facts.append((name, .number(Int64(clamping: number))))
    }

    /// Holds the frame against a rule.
    /// - Returns: Whether it keeps it.
    @discardableResult
    mutating func keeps(_ rule: () throws(WireViolation) -> Void) -> Bool {
        do throws(WireViolation) {
            try rule()
            return true
        } catch {
            violations.append(error.kind.rawValue)
            return false
        }
    }

    /// A line, and one more for each broken rule.
    var lines: [String] {
        let micros = String(microseconds % 1_000_000)
        var line = "\(microseconds / 1_000_000).\(String(repeating: "0", count: 6 - micros.count))\(micros)"
        line += " \(way.arrow) \(type.uppercased())"
        if let stream { line += " #\(stream)" }
        if let method { line += " \(method)" }
        for (name, value) in facts {
            switch value {
            case .text(let text): line += " \(name)=\(Self.word(text))"
            case .number(let number): line += " \(name)=\(number)"
            case .json(let json): line += " \(name)=\(json)"
            }
        }
        return [Table.printable(line)] + violations.map { "  ! \(Table.printable($0))" }
    }

    /// Quoted where it would not be one word.
    private static func word(_ text: String) -> String {
        let isWord = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") }
        if isWord { return text }
        var quoted = JSONText()
        quoted.string(text)
        return String(decoding: quoted.bytes, as: UTF8.self)
    }

    /// One object.
    var json: String {
        var text = JSONText()
        text.openObject()
        text.name("time_us")
        text.integer(microseconds)
        text.field("direction", way.name)
        text.field("type", type)
        if let stream {
            text.name("stream")
            text.integer(stream)
        }
        if let method { text.field("method", method) }
        for (name, value) in facts {
            text.name(name)
            switch value {
            case .text(let value): text.string(value)
            case .number(let value): text.integer(value)
            case .json(let value): text.json(value)
            }
        }
        if !violations.isEmpty {
            text.name("violations")
            text.openArray()
            for violation in violations { text.string(violation) }
            text.closeArray()
        }
        text.closeObject()
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
