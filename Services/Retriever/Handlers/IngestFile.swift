// SPDX-License-Identifier: Apache-2.0

import Cryptography
import Logging
package import Messages
import ObjectStore
import Primitives
package import RPC
import RetrieverDomain

extension RetrieverService {
    /// Takes a file's bytes, makes them durable, and leaves the rest to ingestion.
    package func ingestFile(
        _ context: CallContext, _ inputs: StreamReader<IngestFileInput>, _ outputs: StreamWriter<FileReply>
    ) async throws {
        let principal = try context.requirePrincipal()
        guard case .event(let first) = try await inputs.next(), case .start(let start) = first.kind else {
            throw Failure(.invalidArgument, "The first message describes the file.", reason: "missing_start")
        }
        let bytes: [UInt8]
        do {
            try FileRules.check(filename: start.filename, mediaType: start.mediaType, size: start.sizeBytes)
            bytes = try await collect(inputs, announced: Int(start.sizeBytes))
            _ = try FileRules.text(of: bytes)
        } catch let refusal as FileRules.Refusal {
            throw Failure(refusal)
        }
        // The bytes come first: a row without bytes would be a file that can never be read.
        let hash = SHA256.hash(bytes)
        let key = ObjectKey(file: start.fileID, contentHash: hash, of: principal.organisation)
        do {
            try objects.put(bytes, at: key)
        } catch {
            throw Failure(error)
        }
        let isOurs = try await files.insert(
            FileStore.New(
                file: start.fileID, principal: principal, filename: start.filename, mediaType: start.mediaType,
                purpose: start.purpose, sizeBytes: Int64(bytes.count), contentHash: hash),
            deadline: context.deadline)
        guard isOurs else {
            forget(key)
            throw Failure(.alreadyExists, "Another file has this id.", reason: "file_exists")
        }
        guard let record = try await files.get(start.fileID, of: principal.organisation, deadline: context.deadline)
        else { throw Failure.noSuchFile }
        try await outputs.send(FileReply(record))
    }

    /// Drops bytes no row points to.
    private func forget(_ key: ObjectKey) {
        do {
            try objects.delete(key)
        } catch {
            // Only the disk keeps them; nothing can reach them.
            logger.error("bytes without a file remain", metadata: ["object": "\(key)", "error": "\(error)"])
        }
    }

    private func collect(_ inputs: StreamReader<IngestFileInput>, announced: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(announced)
        while case .event(let input) = try await inputs.next() {
            guard case .content(let part) = input.kind else { continue }
            guard bytes.count + part.count <= announced else { throw FileRules.Refusal.sizeMismatch }
            bytes.append(contentsOf: part)
        }
        guard bytes.count == announced else { throw FileRules.Refusal.sizeMismatch }
        return bytes
    }
}
