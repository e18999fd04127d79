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
    /// `isExpired`, or for so many seconds.
    package func identity(
        _ names: String..., commonName: String = "parley", isExpired: Bool = false, seconds: Int? = nil
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
        if let seconds {
            try sign(file, seconds: seconds)
        } else {
            try openssl([
                "x509", "-req", "-in", "\(file).csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", isExpired ? "-1" : "2", "-extfile", "\(file).ext", "-out", "\(file).crt",
            ])
        }
        return TLSIdentity(
            certificateFile: folder.appending(path: "\(file).crt").path,
            keyFile: folder.appending(path: "\(file).key").path, authorityFile: authorityFile)
    }

    /// `openssl x509` counts in days; only `openssl ca` takes a moment.
    private func sign(_ file: String, seconds: Int) throws {
        let settings = """
            [ca]
            default_ca=own
            [own]
            database=\(file).index
            serial=\(file).serial
            new_certs_dir=.
            default_md=sha256
            policy=names
            [names]
            commonName=supplied
            """
        try Data(settings.utf8).write(to: folder.appending(path: "\(file).cnf"))
        try Data().write(to: folder.appending(path: "\(file).index"))
        let end = Date.now.addingTimeInterval(Double(seconds)).formatted(.iso8601)
        try openssl([
            "ca", "-batch", "-notext", "-rand_serial", "-config", "\(file).cnf", "-cert", "ca.crt", "-keyfile",
            "ca.key", "-in", "\(file).csr", "-extfile", "\(file).ext", "-out", "\(file).crt", "-enddate",
            end.filter(\.isNumber) + "Z",
        ])
    }

    private func openssl(_ arguments: [String]) throws {
        // Not Foundation's Process: its pipes are inherited by whatever starts meanwhile, and a server of another test
        // would keep them open for as long as it runs.
        try ChildProcess.run(["openssl"] + arguments, folder: folder.path)
    }
}
