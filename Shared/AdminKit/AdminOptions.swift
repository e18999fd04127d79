// SPDX-License-Identifier: Apache-2.0

package import ArgumentParser

/// What every verb that calls a service accepts.
package struct AdminOptions: ParsableArguments {
    @Option(help: "Settings file: `address`, and `tls.certificate`, `tls.key`, `tls.authority`.")
    package var config: String?

    @Option(help: "host:port of the service's calls; wins over the file.")
    package var address: String?

    @Option(help: "This tool's own certificate, PEM; wins over the file.")
    package var certificate: String?

    @Option(help: "The certificate's key, PEM; wins over the file.")
    package var key: String?

    @Option(help: "The authority whose certificates are believed, PEM; wins over the file.")
    package var authority: String?

    @Option(help: "Seconds to wait for the answer.")
    package var timeout: Int = 10

    @Flag(help: "Print JSON instead of a table.")
    package var json = false

    @Flag(help: "Do it. Without this flag a verb that changes something only shows the request.")
    package var apply = false

    package init() {}

    package mutating func validate() throws {
        guard (1...3_600).contains(timeout) else { throw ValidationError("--timeout is from 1 to 3600 seconds.") }
    }

    /// The flags as the settings know them.
    var settings: [String] {
        let pairs = [
            ("--config", config), ("--address", address), ("--tls-certificate", certificate), ("--tls-key", key),
            ("--tls-authority", authority),
        ]
        return pairs.flatMap { flag, value in value.map { [flag, $0] } ?? [] }
    }
}
