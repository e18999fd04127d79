// SPDX-License-Identifier: Apache-2.0

/// A type's number in Postgres' catalogue (pg_type.oid). The built-in ones never change.
package struct ColumnType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The server finds the type from where the parameter stands.
    package static let inferred = ColumnType(rawValue: 0)
    package static let bool = ColumnType(rawValue: 16)
    package static let bytea = ColumnType(rawValue: 17)
    package static let name = ColumnType(rawValue: 19)
    package static let bigint = ColumnType(rawValue: 20)
    package static let smallint = ColumnType(rawValue: 21)
    package static let integer = ColumnType(rawValue: 23)
    package static let text = ColumnType(rawValue: 25)
    package static let json = ColumnType(rawValue: 114)
    package static let real = ColumnType(rawValue: 700)
    package static let double = ColumnType(rawValue: 701)
    package static let unknown = ColumnType(rawValue: 705)
    package static let textArray = ColumnType(rawValue: 1009)
    package static let bigintArray = ColumnType(rawValue: 1016)
    package static let character = ColumnType(rawValue: 1042)
    package static let varchar = ColumnType(rawValue: 1043)
    package static let timestamptz = ColumnType(rawValue: 1184)
    package static let numeric = ColumnType(rawValue: 1700)
    package static let uuid = ColumnType(rawValue: 2950)
    package static let uuidArray = ColumnType(rawValue: 2951)
    package static let jsonb = ColumnType(rawValue: 3802)

    /// Types made by CREATE TYPE or an extension. Those we read are enums, whose binary form is their label.
    var isUserDefined: Bool { rawValue >= 16_384 }
}
