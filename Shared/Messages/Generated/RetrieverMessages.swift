// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/retriever/v1/retriever.proto. Do not edit: run `make proto`.

package import Primitives

package struct FileState: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unspecified = Self(rawValue: 0)
    /// The bytes are safe.
    package static let stored = Self(rawValue: 1)
    /// The text is cut into passages.
    package static let chunked = Self(rawValue: 2)
    /// Every passage has its vector and can be found.
    package static let searchable = Self(rawValue: 3)
    /// Ingestion gave up; `failure_reason` says why.
    package static let failed = Self(rawValue: 4)
}

extension FileState: CustomStringConvertible {
    /// The value's name in the contract, in lower case, or `number_<n>` for one this build does not know.
    package var description: String {
        switch rawValue {
        case 0: "unspecified"
        case 1: "stored"
        case 2: "chunked"
        case 3: "searchable"
        case 4: "failed"
        default: "number_\(rawValue)"
        }
    }
}

package struct FindPassagesRequest: Equatable, Sendable {
    package var query: String
    /// At most this many; 0 means 5.
    package var limit: UInt32
    /// Only these files; empty means all of the organisation's.
    package var fileIDs: [FileID]

    package init(query: String = "", limit: UInt32 = 0, fileIDs: [FileID] = []) {
        self.query = query
        self.limit = limit
        self.fileIDs = fileIDs
    }
}

package struct FindPassagesReply: Equatable, Sendable {
    package var passages: [Citation]

    package init(passages: [Citation] = []) {
        self.passages = passages
    }
}

package struct IngestFileStart: Equatable, Sendable {
    package var fileID: FileID
    package var filename: String
    /// "text/plain" or "text/markdown".
    package var mediaType: String
    package var purpose: String
    package var sizeBytes: UInt64

    package init(
        fileID: FileID, filename: String = "", mediaType: String = "", purpose: String = "", sizeBytes: UInt64 = 0
    ) {
        self.fileID = fileID
        self.filename = filename
        self.mediaType = mediaType
        self.purpose = purpose
        self.sizeBytes = sizeBytes
    }
}

package struct IngestFileInput: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case start(IngestFileStart)
        /// The next bytes of the file, at most 256 KiB a message.
        case content([UInt8])
    }

    package var kind: Kind?

    package init(kind: Kind? = nil) {
        self.kind = kind
    }
}

package struct FileReply: Equatable, Sendable {
    package var fileID: FileID
    package var filename: String
    package var mediaType: String
    package var purpose: String
    package var sizeBytes: UInt64
    package var state: FileState
    package var passages: UInt32
    package var createdAtUs: Int64
    /// Absent unless the state is FAILED.
    package var failureReason: String?

    package init(
        fileID: FileID, filename: String = "", mediaType: String = "", purpose: String = "", sizeBytes: UInt64 = 0,
        state: FileState = FileState(rawValue: 0), passages: UInt32 = 0, createdAtUs: Int64 = 0,
        failureReason: String? = nil
    ) {
        self.fileID = fileID
        self.filename = filename
        self.mediaType = mediaType
        self.purpose = purpose
        self.sizeBytes = sizeBytes
        self.state = state
        self.passages = passages
        self.createdAtUs = createdAtUs
        self.failureReason = failureReason
    }
}

package struct GetFileRequest: Equatable, Sendable {
    package var fileID: FileID

    package init(fileID: FileID) {
        self.fileID = fileID
    }
}

package struct ListFilesRequest: Equatable, Sendable {
    /// At most this many; 0 means 20, no more than 100.
    package var limit: UInt32
    /// Absent means from the newest; otherwise only files older than this one.
    package var afterFileID: FileID?

    package init(limit: UInt32 = 0, afterFileID: FileID? = nil) {
        self.limit = limit
        self.afterFileID = afterFileID
    }
}

package struct ListFilesReply: Equatable, Sendable {
    package var files: [FileReply]
    package var hasMore: Bool

    package init(files: [FileReply] = [], hasMore: Bool = false) {
        self.files = files
        self.hasMore = hasMore
    }
}

package struct DeleteFileRequest: Equatable, Sendable {
    package var fileID: FileID

    package init(fileID: FileID) {
        self.fileID = fileID
    }
}

package struct DeleteFileReply: Equatable, Sendable {
    package init() {}
}
