// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives

extension FileReply {
    init(_ record: FileStore.Record) {
        let state: FileState =
            switch record.state {
            case .stored: .stored
            case .chunked: .chunked
            case .searchable: .searchable
            case .failed: .failed
            }
        self.init(
            fileID: record.file, filename: record.filename, mediaType: record.mediaType, purpose: record.purpose,
            sizeBytes: UInt64(record.sizeBytes), state: state, passages: UInt32(record.passages),
            createdAtUs: record.createdAt.microseconds, failureReason: record.failureReason)
    }
}
