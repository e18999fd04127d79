// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Under whose account a test's servers run. Postgres refuses to run as root, so root's tests lend it a nobody's.
enum ServerAccount {
    /// The account to change to, nil when we are not root and everything is ours anyway.
    static let uid: UInt32? = getuid() == 0 ? 65_534 : nil

    static func command(_ arguments: [String]) -> [String] {
        guard let uid else { return arguments }
        return ["setpriv", "--reuid=\(uid)", "--regid=\(uid)", "--clear-groups"] + arguments
    }
}
