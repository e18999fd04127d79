// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Places on disk that tests use.
package enum TestFolder {
    /// The repository, found from where this file was compiled.
    package static let repository: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// Makes a new folder that only its owner may enter.
    package static func make(_ name: String, owner: UInt32? = nil) throws -> String {
        var template = Array(("/tmp/parley-\(name)-" + String(repeating: "X", count: 6)).utf8CString)
        guard mkdtemp(&template) != nil else { throw TestKitFailure("cannot make a folder in /tmp") }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if let owner, chown(path, owner, owner) != 0 { throw TestKitFailure("cannot give \(path) to \(owner)") }
        return path
    }

    package static func remove(_ path: String) {
        // Silent on purpose: a folder left behind in /tmp is no test's failure.
        _ = try? ChildProcess.run(["rm", "-rf", path])
    }

    package static func write(_ text: String, to path: String, owner: UInt32? = nil) throws {
        guard let stream = fopen(path, "we") else { throw TestKitFailure("cannot write \(path)") }
        let written = fputs(text, stream)
        guard fclose(stream) == 0, written >= 0, chmod(path, 0o600) == 0 else {
            throw TestKitFailure("cannot write \(path)")
        }
        if let owner, chown(path, owner, owner) != 0 { throw TestKitFailure("cannot give \(path) to \(owner)") }
    }
}
