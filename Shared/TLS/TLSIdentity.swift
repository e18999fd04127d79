// SPDX-License-Identifier: Apache-2.0

/// Who we are and whom we trust, as PEM files.
package struct TLSIdentity: Hashable, Sendable {
    /// Our certificate, followed by its intermediates if any.
    package var certificateFile: String
    package var keyFile: String
    /// The authorities whose certificates we accept from peers.
    package var authorityFile: String

    package init(certificateFile: String, keyFile: String, authorityFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.authorityFile = authorityFile
    }
}
