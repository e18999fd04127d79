// SPDX-License-Identifier: Apache-2.0

import Cryptography
import ObjectStore
import Primitives

extension ObjectKey {
    /// Where a file's bytes lie: the key is made from the file's id and its content, so that an upload that is refused
    /// because the id is taken cannot touch the bytes that are there.
    init(file: FileID, contentHash: [UInt8], of organisation: OrganisationID) {
        let digest = SHA256.hash(file.bytes + contentHash)
        let half = { (range: Range<Int>) in digest[range].reduce(0 as UInt64) { $0 << 8 | UInt64($1) } }
        self.init(organisation: organisation, kind: .file, id: UUIDv7(digest: half(0..<8), half(8..<16)))
    }
}
