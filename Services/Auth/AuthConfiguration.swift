// SPDX-License-Identifier: Apache-2.0

package import Settings

/// What `auth` can be told besides what every service is told.
package struct AuthConfiguration: ServiceSettings {
    /// A folder of PEM private keys; the one whose name sorts last signs, all are published.
    package var signingKeysFolder: String

    package init(_ reader: inout SettingsReader) {
        signingKeysFolder = reader.string(
            "auth.signing_keys_folder",
            help: """
                Folder of RSA private keys (<name>.pem, mode 0600), shared by all replicas. The last name signs; \
                all are published, so a retired key goes on verifying until its file is removed. An empty folder gets \
                its first key at start.
                """)
    }
}
