// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Where Redis is and how much of it one process may ask at a time.
package struct RedisSettings: Sendable {
    /// A name, an address, or the path of a unix socket (it starts with a slash).
    package var host: String
    package var port: Int
    /// The ACL user, nil for the default one.
    package var user: String?
    /// A file that holds the password and nothing else. Read at every connect, so that a password can be changed
    /// without a restart. nil where Redis asks for none.
    package var passwordFile: String?
    /// Puts TLS between the socket and the commands, by adding a handler to the channel: for a Redis that is not on
    /// this machine.
    package var secure: (@Sendable (any Channel) throws -> Void)?

    /// Commands that may wait or be on their way; more are refused.
    package var queueLimit = 8_192
    /// How long a command waits for a connection once connecting has failed or it was lost: long enough for a
    /// restarted server, short enough for a caller's fallback. The very first connection is waited for until the
    /// command's own deadline.
    package var patience: Duration = .milliseconds(500)
    package var connectTimeout: Duration = .seconds(2)
    /// How long Redis may stay silent on a command whose caller gave up before the connection is closed. Redis
    /// answers in order, so what comes after it would wait as long.
    package var abandonedGrace: Duration = .seconds(1)
    /// How often a subscription asks whether Redis is there. Three unanswered ones and it connects anew: a lost
    /// subscription that nobody notices would leave revoked keys valid.
    package var pingInterval: Duration = .seconds(5)
    /// How long commands on their way may take to end when the process stops.
    package var drainTimeout: Duration = .seconds(2)

    package init(host: String, port: Int, user: String? = nil, passwordFile: String? = nil) {
        self.host = host
        self.port = port
        self.user = user
        self.passwordFile = passwordFile
    }
}
