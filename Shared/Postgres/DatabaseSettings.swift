// SPDX-License-Identifier: Apache-2.0

/// Where the database is and how much of it one process may take.
package struct DatabaseSettings: Sendable {
    /// How far the connection is encrypted and the server proved (libpq's sslmode).
    package enum Encryption: Sendable, Equatable {
        /// No TLS: for a unix socket, or a loopback that nobody else can listen on.
        case off
        /// TLS without knowing who answers. Better than nothing, no more.
        case unverified
        /// TLS, the certificate signed by this authority and made out to `host`. The right one between machines.
        case verified(authorityFile: String)
    }

    /// A name, an address, or the folder of a unix socket (it starts with a slash).
    package var host: String
    package var port: Int
    package var database: String
    package var user: String
    /// A file that holds the password and nothing else. Read at every connect, so that a password can be changed
    /// without a restart. nil where the server asks for none.
    package var passwordFile: String?
    package var encryption: Encryption
    /// A client certificate and its key, where the server asks for one.
    package var certificateFile: String?
    package var keyFile: String?

    /// Connections of this process. Single statements share them many at a time; a transaction takes one alone, and
    /// one is always left to the statements. Six times two replicas of five services stay under Postgres' default of
    /// a hundred.
    package var connections = 6
    /// Statements on their way on one connection. Past this a slow one would hold up too many behind it.
    package var pipelineDepth = 64
    /// Statements and transactions that may wait or be on their way in this process; more are refused.
    package var queueLimit = 4_096
    /// How long a statement waits for a connection once connecting has failed or all were lost: long enough for a
    /// restarted server, short enough for a caller's fallback. The very first connection is waited for until the
    /// statement's own deadline.
    package var patience: Duration = .milliseconds(500)
    /// How long a connection may take to come up.
    package var connectTimeout: Duration = .seconds(5)
    /// How long a server may stay silent on a statement whose caller gave up before the connection is closed. The
    /// server ends such statements itself (statement_timeout); silence after that means that nobody is there.
    package var abandonedGrace: Duration = .seconds(1)
    /// The longest any statement may run, whatever its deadline says.
    package var longestStatement: Duration = .seconds(300)
    /// How long statements on their way may take to end when the process stops.
    package var drainTimeout: Duration = .seconds(5)
    /// What the server's list of sessions shows.
    package var applicationName = "parley"

    package init(
        host: String, port: Int, database: String, user: String, passwordFile: String? = nil,
        encryption: Encryption = .off
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.passwordFile = passwordFile
        self.encryption = encryption
    }
}
