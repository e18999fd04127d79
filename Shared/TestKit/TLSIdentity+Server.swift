// SPDX-License-Identifier: Apache-2.0

import TLS

extension TLSIdentity {
    /// Copies the files to where a server under another account can read them, as `server.crt`, `server.key` and
    /// `ca.crt`. Both stores refuse a key that others may read.
    func copy(to folder: String, owner: UInt32?) throws {
        for (source, name) in [(certificateFile, "server.crt"), (keyFile, "server.key"), (authorityFile, "ca.crt")] {
            try TestFolder.write(try ChildProcess.run(["cat", source]), to: folder + "/" + name, owner: owner)
        }
    }
}
