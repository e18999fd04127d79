// SPDX-License-Identifier: Apache-2.0

/// Where a server is asked: scheme, host, port, and the path before its own paths.
package struct HTTPOrigin: Hashable, Sendable, CustomStringConvertible {
    package var isSecure: Bool
    package var host: String
    package var port: Int
    /// "" or a path that begins with a slash and does not end with one.
    package var path: String

    package init(isSecure: Bool, host: String, port: Int, path: String = "") {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.path = path
    }

    /// Reads `http://host`, `https://host:8000/path`, `http://[::1]:8000`.
    /// - Returns: nil for anything else, and for a name and password in it: keys have their own setting, because
    ///   settings are printed.
    package init?(_ text: String) {
        let rest: Substring
        if text.hasPrefix("http://") {
            isSecure = false
            rest = text.dropFirst(7)
        } else if text.hasPrefix("https://") {
            isSecure = true
            rest = text.dropFirst(8)
        } else {
            return nil
        }
        // What would have to be escaped in a request line has no place in a setting.
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !rest.contains(where: { "@?#\"<>\\".contains($0) })
        else { return nil }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var path = rest[slash...]
        while path.hasSuffix("/") { path = path.dropLast() }
        guard let (host, port) = Self.authority(rest[..<slash], fallback: isSecure ? 443 : 80) else { return nil }
        self.host = host
        self.port = port
        self.path = String(path)
    }

    private static func authority(_ text: Substring, fallback: Int) -> (String, Int)? {
        var host = text
        var port = fallback
        let end =
            text.hasPrefix("[") ? text.firstIndex(of: "]").map { text.index(after: $0) } : text.firstIndex(of: ":")
        guard let end = end ?? (text.hasPrefix("[") ? nil : text.endIndex) else { return nil }
        if end < text.endIndex {
            guard text[end] == ":", let number = Int(text[text.index(after: end)...]), (1...65_535).contains(number)
            else { return nil }
            port = number
            host = text[..<end]
        }
        if host.hasPrefix("[") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        return (String(host), port)
    }

    /// What the Host header says: the port only where it is not the scheme's own (RFC 9110, section 7.2).
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    package var description: String { "\(isSecure ? "https" : "http")://\(authority)\(path)" }
}
