// SPDX-License-Identifier: Apache-2.0

package import Settings

/// The gateway's own settings; those every service has come from ServiceKit.
package struct GatewayConfiguration: ServiceSettings {
    package var host: String
    package var port: Int
    package var plainHost: String
    package var plainPort: Int
    package var certificate: String
    package var key: String
    package var connections: Int
    package var publicSettings: PublicSettings

    package init(_ reader: inout SettingsReader) {
        host = reader.string(
            "http.host", default: "127.0.0.1",
            help: "Address of the public HTTPS port. Loopback until somebody decides to open it.")
        port = reader.int(
            "http.port", default: 8443, in: 1...65535, help: "The public HTTPS port, from the port table.")
        plainHost = reader.string(
            "http.plain_host", default: "127.0.0.1",
            help: "Address of the plain HTTP port. Keys cross it in the clear: keep it on loopback or behind TLS.")
        plainPort = reader.int(
            "http.plain_port", default: 8080, in: 0...65535,
            help: "The plain HTTP port, for browsers on this machine; 0 opens none.")
        certificate = reader.file("http.certificate", help: "The public certificate, PEM, with its chain.")
        key = reader.file("http.key", help: "The public certificate's private key, PEM.")
        connections = reader.int(
            "http.max_connections", default: 10_000, in: 1...1_000_000,
            help: "Open client connections of each port. Each costs a descriptor and about 20 KB.")
        publicSettings = PublicSettings(&reader)
    }
}

/// Bounds of the public API.
package struct PublicSettings: Sendable {
    package var maximumBodyBytes = 4 << 20
    package var maximumFileBytes = 32 << 20
    package var maximumUploads = 8
    package var turnTimeout = Duration.seconds(300)

    package init() {}

    init(_ reader: inout SettingsReader) {
        self.init()
        maximumBodyBytes = reader.int(
            "http.max_body_bytes", default: maximumBodyBytes, in: 1_024...(64 << 20),
            help: "The largest JSON body. A prompt that fills a context of 128k tokens has about half a mebibyte.")
        maximumFileBytes = reader.int(
            "http.max_file_bytes", default: maximumFileBytes, in: 1_024...(1 << 30),
            help: "The largest uploaded file. It is held in memory until it is stored; the retriever may allow less.")
        maximumUploads = reader.int(
            "http.max_uploads", default: maximumUploads, in: 1...1_024,
            help: "Uploads at once. Times max_file_bytes it is the memory that uploads may take.")
        turnTimeout = reader.duration(
            "http.turn_timeout_ms", default: turnTimeout, in: .seconds(1) ... .seconds(3_600),
            help: "How long one turn may take in all. Long answers of slow models need minutes.")
    }
}
