// SPDX-License-Identifier: Apache-2.0

package import Cryptography
import FoundationEssentials
import Glibc
import Primitives

/// The keys that sign access tokens: files, because a private key in a database would be in every backup of it.
package struct SigningKeys: Sendable {
    /// The key that signs now.
    package let current: RSASigningKey
    /// The public halves of all keys, as a JWK set (RFC 7517).
    package let published: [UInt8]

    /// 2048 bits, what RS256's users expect; a signature costs under a millisecond.
    private static let bits = 2_048
    /// More keys than this in the folder is a mistake, and a set no verifier would take.
    private static let mostKeys = JSONWebKeySet.longestSet

    /// Reads the folder; makes the first key when there is none.
    /// - Throws: `Failure` that names the file and what is wrong with it.
    package init(folder: String) throws {
        var names = try Self.keyFiles(in: folder)
        if names.isEmpty {
            try Self.makeFirstKey(in: folder)
            names = try Self.keyFiles(in: folder)
        }
        guard names.count <= Self.mostKeys else {
            throw Failure(
                .failedPrecondition,
                "\(folder) holds \(names.count) keys, more than \(Self.mostKeys); remove retired ones.")
        }
        let keys = try names.map { name -> RSASigningKey in
            let path = "\(folder)/\(name)"
            do {
                return try RSASigningKey(
                    pem: String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self))
            } catch {
                throw Failure(.failedPrecondition, "\(path) is not an RSA private key in PEM: \(error)", cause: error)
            }
        }
        guard let last = keys.last else {
            throw Failure(.failedPrecondition, "\(folder) holds no signing key (*.pem).")
        }
        current = last
        published = try JSONWebKeySet(keys.map(\.publicKey)).json()
    }

    private static func keyFiles(in folder: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".pem") }.sorted()
        } catch {
            throw Failure(
                .failedPrecondition, "auth.signing_keys_folder: \(folder) cannot be read: \(error)", cause: error)
        }
    }

    /// Two replicas may start at once on an empty folder. `link` gives the name to one of them; the other's key is
    /// dropped unseen and it reads the winner's.
    private static func makeFirstKey(in folder: String) throws {
        let pem = try RSASigningKey(generatingBits: bits).pem()
        let draft = "\(folder)/.draft-\(getpid())"
        defer { unlink(draft) }
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw Failure(.failedPrecondition, "\(folder) cannot be written: \(String(cString: strerror(errno)))")
        }
        let bytes = Array(pem.utf8)
        let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        fsync(file)
        close(file)
        guard written == bytes.count else {
            throw Failure(.failedPrecondition, "\(draft) could not be written whole; is the disk full?")
        }
        if link(draft, "\(folder)/0001.pem") != 0, errno != EEXIST {
            throw Failure(.failedPrecondition, "\(folder)/0001.pem: \(String(cString: strerror(errno)))")
        }
    }
}
