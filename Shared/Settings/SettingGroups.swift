// SPDX-License-Identifier: Apache-2.0

/// Who this process is to its peers.
package struct IdentitySettings: Sendable {
    package var certificate: String
    package var key: String
    package var authority: String

    package init(_ reader: inout SettingsReader) {
        certificate = reader.file(
            "tls.certificate", help: "Our certificate, PEM. Its DNS name is who we are to every peer.")
        key = reader.file("tls.key", help: "The certificate's private key, PEM.")
        authority = reader.file(
            "tls.authority", help: "The authority whose certificates we believe, PEM. There is no other trust.")
    }
}

/// How long a server keeps a caller's connection.
package struct ConnectionSettings: Sendable {
    package var age: Duration
    package var grace: Duration

    package init(_ reader: inout SettingsReader) {
        age = reader.duration(
            "rpc.connection_age_seconds", default: .seconds(1_800), in: .seconds(10) ... .seconds(86_400),
            help: "Age at which a caller is asked for a new connection, so that it finds new replicas.")
        grace = reader.duration(
            "rpc.connection_grace_seconds", default: .seconds(600), in: .zero ... .seconds(86_400),
            help: "How long calls may go on after that before they end with their connection.")
    }
}

/// Where Postgres is and who we are to it.
package struct PostgresAccess: Sendable {
    package var host: String
    package var port: Int
    package var database: String
    package var user: String
    package var passwordFile: String?
    /// The authority that must have signed the server's certificate; without it the connection is plain.
    package var authority: String?

    package init(_ reader: inout SettingsReader, user: String) {
        host = reader.string(
            "postgres.host", default: "127.0.0.1",
            help: "Address, or a folder with the socket. A number, not a name: names would block the reactor.")
        port = reader.int("postgres.port", default: 5432, in: 1...65535, help: "Postgres' own port.")
        database = reader.string(
            "postgres.database", default: "parley", help: "One database; each service owns a schema in it.")
        self.user = reader.string(
            "postgres.user", default: user, help: "The service's role. It owns nothing, so that row security holds.")
        passwordFile = reader.secretPath(
            "postgres.password_file", help: "File with the role's password, read at every connect.")
        authority = reader.optionalFile(
            "postgres.authority", help: "Authority of the server's certificate. Without it: no TLS, so loopback only.")
    }
}

/// Where Redis is and who we are to it.
package struct RedisAccess: Sendable {
    package var host: String
    package var port: Int
    package var user: String?
    package var passwordFile: String?
    /// The authority that must have signed the server's certificate; without it the connection is plain.
    package var authority: String?

    package init(_ reader: inout SettingsReader, user: String) {
        host = reader.string("redis.host", default: "127.0.0.1", help: "Address of Redis.")
        port = reader.int("redis.port", default: 6379, in: 1...65535, help: "Redis' own port.")
        self.user = reader.optionalString(
            "redis.user", help: "ACL user, for example \(user). Without one the default user is used.")
        passwordFile = reader.secretPath(
            "redis.password_file", help: "File with the ACL user's password.")
        authority = reader.optionalFile(
            "redis.authority", help: "Authority of the server's certificate. Without it: no TLS, so loopback only.")
    }
}

/// What the process says about itself.
package struct TelemetrySettings: Sendable {
    package enum Level: String, CaseIterable, Sendable {
        case trace, debug, info, notice, warning, error, critical
    }
    package var level: Level
    package var traceFile: String?
    package var traceEndpoint: String?

    package init(_ reader: inout SettingsReader) {
        level = reader.enumeration(
            "log.level", default: .info, help: "Least severity that is logged. No level ever logs prompt text.")
        traceFile = reader.optionalString(
            "trace.file", help: "File that spans are appended to, one OTLP/JSON object a line.")
        traceEndpoint = reader.optionalString(
            "trace.endpoint", help: "Plain http:// address of an OTLP/HTTP collector; spans are posted to /v1/traces.")
    }
}
