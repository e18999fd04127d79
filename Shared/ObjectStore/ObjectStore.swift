// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Keeps the bytes of files and archives outside the database.
///
/// A key is `<organisation>/<kind>/<id>`: the tenant comes first, here as everywhere. Calls may block on a disk, so
/// they are made off the event loop.
package protocol ObjectStore: Sendable {
    /// Keeps an object. The bytes are durable when this returns; the same key again replaces them.
    func put(_ bytes: [UInt8], at key: ObjectKey) throws(ObjectStoreFailure)
    /// - Throws: `.notFound` when nothing is kept under the key.
    func get(_ key: ObjectKey) throws(ObjectStoreFailure) -> [UInt8]
    /// Forgets an object; one that is not there is no error.
    func delete(_ key: ObjectKey) throws(ObjectStoreFailure)
}

/// Where an object lies. Built from ids only, so that no file name of a client ever becomes a path.
package struct ObjectKey: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable { case file, archive }
    package let organisation: OrganisationID
    package let kind: Kind
    package let id: UUIDv7

    package init(organisation: OrganisationID, kind: Kind, id: UUIDv7) {
        self.organisation = organisation
        self.kind = kind
        self.id = id
    }

    package var description: String { "\(organisation)/\(kind.rawValue)/\(id)" }
}

package enum ObjectStoreFailure: Error, Hashable, Sendable {
    case notFound
    /// The disk or the store refused; the text is for our log.
    case unavailable(String)
}
