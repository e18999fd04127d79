// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Cells as JSON.
enum CellText {
    static func object(_ fields: [(String, Cell)]) -> String {
        var text = JSONText()
        text.openObject()
        for (name, cell) in fields {
            text.name(key(name))
            write(cell, to: &text)
        }
        text.closeObject()
        return String(decoding: text.bytes, as: UTF8.self)
    }

    private static func write(_ cell: Cell, to text: inout JSONText) {
        switch cell {
        case .text(let value): text.string(value)
        case .number(let value): text.integer(value)
        case .real(let value): text.number(value)
        case .flag(let value): text.bool(value)
        case .none: text.null()
        case .list(let values):
            text.openArray()
            for value in values { text.string(value) }
            text.closeArray()
        }
    }

    /// `Prompt tokens` is a heading for people and `prompt_tokens` a key for programs.
    private static func key(_ name: String) -> String { String(name.lowercased().map { $0 == " " ? "_" : $0 }) }
}
