// SPDX-License-Identifier: Apache-2.0

import ObjectStore
import Primitives
import TestKit
import Testing

@Suite struct FolderObjectStoreTests {
    private func key(_ number: UInt64) -> ObjectKey {
        ObjectKey(
            organisation: OrganisationID(UUIDv7(high: 7, low: 1)), kind: .file, id: UUIDv7(high: 8, low: number))
    }

    @Test func whatIsPutIsGotUntilDeleted() throws {
        let store = try FolderObjectStore(root: TestFolder.make("objects"))
        let bytes = [UInt8](repeating: 5, count: 100_000)
        try store.put(bytes, at: key(1))
        #expect(try store.get(key(1)) == bytes)
        try store.put([], at: key(1))
        #expect(try store.get(key(1)) == [])
        try store.delete(key(1))
        try store.delete(key(1))
        #expect(throws: ObjectStoreFailure.notFound) { try store.get(key(1)) }
    }

    @Test func aFolderThatCannotBeMadeStopsTheStart() {
        #expect(throws: ObjectStoreFailure.self) { try FolderObjectStore(root: "/proc/parley") }
    }
}
