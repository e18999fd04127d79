// SPDX-License-Identifier: Apache-2.0

/// One value of a table or a record. It keeps its kind, so that JSON has numbers where there are numbers.
package enum Cell: Hashable, Sendable {
    case text(String)
    case number(Int64)
    case real(Double)
    case flag(Bool)
    case list([String])
    case none

    /// As a person reads it.
    var shown: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .real(let number): "\(number)"
        case .flag(let flag): flag ? "yes" : "no"
        case .list(let items): items.joined(separator: ", ")
        case .none: "-"
        }
    }

    var isNumber: Bool {
        switch self {
        case .number, .real: true
        default: false
        }
    }
}

extension Cell: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
}

/// Rows under named columns, printed for people or as JSON.
package struct Table: Sendable {
    package var columns: [String]
    package var rows: [[Cell]]

    package init(_ columns: [String], rows: [[Cell]] = []) {
        self.columns = columns
        self.rows = rows
    }

    package mutating func add(_ cells: Cell...) {
        precondition(cells.count == columns.count, "a row has a cell for every column")
        rows.append(cells)
    }

    /// Columns side by side, numbers to the right; "(none)" when there is no row.
    package var text: String {
        let shown = rows.map { $0.map { Self.printable($0.shown) } }
        let widths = columns.indices.map { index in
            ([columns[index].count] + shown.map { $0[index].count }).max() ?? 0
        }
        func line(_ cells: [String], _ isRight: (Int) -> Bool) -> String {
            let padded = zip(cells.indices, cells).map { index, cell in
                let space = String(repeating: " ", count: widths[index] - cell.count)
                return isRight(index) ? space + cell : cell + space
            }
            let text = padded.joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
        let isRight = { (index: Int) in rows.first?[index].isNumber ?? false }
        let body = zip(rows.indices, shown).map { row, cells in line(cells) { rows[row][$0].isNumber } }
        return ([line(columns, isRight)] + (rows.isEmpty ? ["(none)"] : body)).joined(separator: "\n") + "\n"
    }

    /// An array of objects, one a row.
    package var json: String {
        let objects = rows.map { CellText.object(Array(zip(columns, $0))) }
        return "[" + objects.joined(separator: ",\n ") + "]\n"
    }

    /// What a terminal would act upon does not reach it: names come from users.
    static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}
