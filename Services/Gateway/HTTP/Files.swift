// SPDX-License-Identifier: Apache-2.0

import Clients
import GatewayDomain
import HTTPEdge
import Messages
import NIOCore
import Primitives
import RPC
import Synchronization

extension GatewayService {
    /// A part of a file in one message; the contract allows 256 KiB.
    private static let pieceBytes = 128 << 10
    private static let uploadPatience = Duration.seconds(30)

    /// `POST /v1/files`, multipart/form-data.
    ///
    /// The file is held whole until its last byte is here: the contract announces its size first, and a form may say
    /// the purpose after the file. `maximumUploads` bounds how many are held at once.
    func uploadFile(_ call: PublicCall) async throws -> HTTPResponse {
        guard let type = call.request.header("content-type"),
            HeaderParameters(type).value.lowercased() == "multipart/form-data"
        else { throw PublicError.unsupportedMediaType("multipart/form-data") }
        let reader = try MultipartReader(contentType: type)
        let file: FileID = identifiers.make()
        try await admission.admit(call, turn: TurnID(file.uuid), kind: .files, estimatedTokens: 0)
        guard uploads.add(1, ordering: .relaxed).newValue <= settings.maximumUploads else {
            uploads.subtract(1, ordering: .relaxed)
            throw Failure(
                .unavailable, "Too many files are being uploaded right now. Please try again.",
                reason: "too_many_uploads", retry: .after(.seconds(1)))
        }
        defer { uploads.subtract(1, ordering: .relaxed) }
        let form = try await receive(call, reader)
        let reply = try await ingest(form, as: file, call)
        return Self.answer(reply)
    }

    private func receive(_ call: PublicCall, _ reader: MultipartReader) async throws -> UploadForm {
        var reader = reader
        var form = UploadForm(maximumFileBytes: settings.maximumFileBytes)
        while let part = try await call.request.nextBodyPart() {
            for event in try reader.read(part.readableBytesView) { try form.take(event) }
        }
        try reader.finish()
        try form.check()
        return form
    }

    private func ingest(_ form: UploadForm, as file: FileID, _ call: PublicCall) async throws -> FileReply {
        let start = IngestFileStart(
            fileID: file, filename: form.filename, mediaType: form.mediaType, purpose: form.purpose,
            sizeBytes: UInt64(form.bytes.count))
        let context = call.context(within: Self.uploadPatience, at: time.now())
        return try await bulkRetriever.ingestFile(context) { writer, reader in
            try await writer.send(IngestFileInput(kind: .start(start)))
            for from in stride(from: 0, to: form.bytes.count, by: Self.pieceBytes) {
                let piece = form.bytes[from..<min(from + Self.pieceBytes, form.bytes.count)]
                try await writer.send(IngestFileInput(kind: .content(Array(piece))))
            }
            writer.finish()
            guard case .event(let reply) = try await reader.next() else {
                throw Failure(
                    .unavailable, "The file was not stored. Please try again.", reason: "ingest_ended_early",
                    retry: .now)
            }
            return reply
        }
    }

    /// `GET /v1/files`.
    func listFiles(_ call: PublicCall) async throws -> HTTPResponse {
        let page = try PageRequest(call.request)
        let after = try page.after.map { try Self.fileID($0) }
        let context = call.context(within: Self.patience, at: time.now())
        let reply = try await retriever.listFiles(
            ListFilesRequest(limit: page.limit, afterFileID: after), context)
        let purpose = call.request.query("purpose")
        let files = reply.files.filter { purpose == nil || $0.purpose == purpose }
        return .list(
            files, hasMore: reply.hasMore, first: reply.files.first?.publicID, last: reply.files.last?.publicID
        ) { $0.write(&$1) }
    }

    /// `GET /v1/files/{id}`.
    func getFile(_ call: PublicCall) async throws -> HTTPResponse {
        let file = try Self.fileID(call.parameters["id"])
        let context = call.context(within: Self.patience, at: time.now())
        return Self.answer(try await retriever.getFile(GetFileRequest(fileID: file), context))
    }

    /// `DELETE /v1/files/{id}`.
    func deleteFile(_ call: PublicCall) async throws -> HTTPResponse {
        let file = try Self.fileID(call.parameters["id"])
        let context = call.context(within: Self.patience, at: time.now())
        _ = try await retriever.deleteFile(DeleteFileRequest(fileID: file), context)
        return .deleted(PublicID<FileKind>.file.text(file), object: "file")
    }

    /// An id that is not of our making cannot be that of a file, so it is simply not found.
    private static func fileID(_ text: String?) throws -> FileID {
        guard let text, let file = PublicID<FileKind>.file.read(text) else { throw PublicError.notFound("File object") }
        return file
    }

    private static func answer(_ file: FileReply) -> HTTPResponse {
        var writer = JSONWriter()
        file.write(&writer)
        return .json(ByteBuffer(bytes: writer.bytes))
    }
}

/// The two fields of an upload, filled as its parts arrive.
struct UploadForm: Sendable {
    static let longestField = 1_024

    private enum Field { case file, purpose, other }

    private let maximumFileBytes: Int
    private var field = Field.other
    private var purposeBytes: [UInt8] = []
    private var hasFile = false
    private var declaredType: String?
    private(set) var filename = ""
    private(set) var bytes: [UInt8] = []

    init(maximumFileBytes: Int) { self.maximumFileBytes = maximumFileBytes }

    var purpose: String { String(decoding: purposeBytes, as: UTF8.self) }

    /// What the file is. Many clients say only "some bytes", so the name's ending has a word too.
    var mediaType: String {
        let ending = filename.split(separator: ".").last?.lowercased() ?? ""
        let byName = ["md": "text/markdown", "markdown": "text/markdown", "txt": "text/plain", "text": "text/plain"]
        guard let declaredType, declaredType != "application/octet-stream" else {
            return byName[ending] ?? "application/octet-stream"
        }
        return declaredType == "text/x-markdown" ? "text/markdown" : declaredType
    }

    mutating func take(_ event: MultipartReader.Event) throws {
        switch event {
        case .partBegan(let part):
            switch part.name {
            case "file":
                guard !hasFile else { throw Self.refusal("Send one file at a time.", "file") }
                hasFile = true
                filename = part.filename ?? ""
                declaredType = part.mediaType
                field = .file
            case "purpose": field = .purpose
            default: field = .other
            }
        case .content(let content):
            switch field {
            case .file:
                guard bytes.count + content.count <= maximumFileBytes else {
                    throw HTTPFailure.bodyTooLarge(maximumFileBytes)
                }
                bytes.append(contentsOf: content)
            case .purpose:
                guard purposeBytes.count + content.count <= Self.longestField else {
                    throw Self.refusal("Invalid 'purpose': string too long.", "purpose")
                }
                purposeBytes.append(contentsOf: content)
            case .other: break
            }
        case .partEnded, .ended: field = .other
        }
    }

    func check() throws {
        guard hasFile else { throw RequestRefusal.missing(.member(.root, "file")) }
        guard !purposeBytes.isEmpty else { throw RequestRefusal.missing(.member(.root, "purpose")) }
        guard let purpose = String(validating: purposeBytes, as: UTF8.self), purpose.utf8.allSatisfy({ $0 > 0x1F })
        else { throw Self.refusal("Invalid 'purpose': it is not plain text.", "purpose") }
        guard !filename.isEmpty else { throw Self.refusal("Invalid 'file': it has no file name.", "file") }
        guard !bytes.isEmpty else { throw Self.refusal("Invalid 'file': it is empty.", "file") }
    }

    private static func refusal(_ message: String, _ parameter: String) -> RequestRefusal {
        RequestRefusal(message, parameter: parameter, code: "invalid_value")
    }
}

extension FileReply {
    fileprivate var publicID: String { PublicID<FileKind>.file.text(fileID) }

    /// OpenAI's three words for our five states.
    private var status: String {
        switch state {
        case .searchable: "processed"
        case .failed: "error"
        default: "uploaded"
        }
    }

    fileprivate func write(_ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", publicID)
            writer.member("object", "file")
            writer.member("bytes", sizeBytes)
            writer.member("created_at", createdAtUs / 1_000_000)
            writer.member("filename", filename)
            writer.member("purpose", purpose)
            writer.member("status", status)
            if let failureReason { writer.member("status_details", failureReason) }
            writer.member(
                "parley",
                object: { writer in
                    writer.member("state", state.description)
                    writer.member("passages", passages)
                })
        }
    }
}
