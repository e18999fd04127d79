// SPDX-License-Identifier: Apache-2.0

import Foundation
package import TLS

/// A certificate authority of a test, in a folder of its own that goes when the authority does.
package final class TestAuthority: Sendable {
    private let folder: URL
    package var authorityFile: String { folder.appending(path: "ca.crt").path }

    package init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "parley-ca-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.crt",
        ])
    }

    deinit {
        // A left-over folder in the temporary directory harms nobody.
        try? FileManager.default.removeItem(at: folder)
    }

    /// A certificate for `names` (DNS names; those that look like one are addresses), valid for two days unless
    /// `isExpired`.
    package func identity(
        _ names: String..., commonName: String = "parley", isExpired: Bool = false
    ) throws -> TLSIdentity {
        let file = UUID().uuidString
        let alternatives = names.map { name in
            (name.allSatisfy { $0.isNumber || $0 == "." } ? "IP:" : "DNS:") + name
        }
        try openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(commonName)",
            "-keyout", "\(file).key", "-out", "\(file).csr",
        ])
        let extensions = alternatives.isEmpty ? "" : "subjectAltName=\(alternatives.joined(separator: ","))\n"
        try Data(extensions.utf8).write(to: folder.appending(path: "\(file).ext"))
        try openssl([
            "x509", "-req", "-in", "\(file).csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", isExpired ? "-1" : "2", "-extfile", "\(file).ext", "-out", "\(file).crt",
        ])
        return TLSIdentity(
            certificateFile: folder.appending(path: "\(file).crt").path,
            keyFile: folder.appending(path: "\(file).key").path, authorityFile: authorityFile)
    }

    private func openssl(_ arguments: [String]) throws {
        // Not Foundation's Process: its pipes are inherited by whatever starts meanwhile, and a server of another test
        // would keep them open for as long as it runs.
        try ChildProcess.run(["openssl"] + arguments, folder: folder.path)
    }
}
