// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What a part's header lines say.
package struct MultipartPart: Hashable, Sendable {
    package var name: String
    /// The name the file had on the sender's machine, without its folders; nil for a plain field.
    package var filename: String?
    /// In lower case and without parameters; nil when the sender did not say.
    package var mediaType: String?

    package init(name: String, filename: String? = nil, mediaType: String? = nil) {
        self.name = name
        self.filename = filename
        self.mediaType = mediaType
    }

    /// - Parameter headerBytes: the lines between a boundary line and the empty line, each with its CR LF before it.
    init?(headerBytes: some Collection<UInt8>) {
        guard let text = String(validating: headerBytes, as: UTF8.self), !text.utf8.contains(0) else { return nil }
        var disposition: HeaderParameters?
        for line in text.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = String(line[line.index(after: colon)...])
            switch line[..<colon].lowercased() {
            case "content-disposition": disposition = HeaderParameters(value)
            case "content-type": mediaType = HeaderParameters(value).value.lowercased()
            default: break
            }
        }
        guard let disposition, disposition.value.lowercased() == "form-data", let name = disposition["name"] else {
            return nil
        }
        self.name = Self.unescaped(name)
        if let extended = disposition["filename*"], let decoded = Self.decoded(extended) {
            filename = Self.lastComponent(decoded)
        } else {
            filename = disposition["filename"].map { Self.lastComponent(Self.unescaped($0)) }
        }
    }

    /// Browsers write `"`, CR and LF in a name as percent escapes, and nothing else (WHATWG HTML, 4.10.21.8).
    private static func unescaped(_ text: String) -> String {
        guard text.contains("%") else { return text }
        var out = ""
        var rest = Substring(text)
        while let percent = rest.firstIndex(of: "%") {
            out += rest[..<percent]
            let code = rest[percent...].prefix(3)
            switch code.uppercased() {
            case "%22": out += "\""
            case "%0D", "%0A": out += " "
            default: out += code
            }
            rest = rest[percent...].dropFirst(code.count)
        }
        return out + rest
    }

    /// RFC 5987's `UTF-8''percent-encoded`.
    private static func decoded(_ text: String) -> String? {
        let pieces = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard pieces.count == 3, pieces[0].lowercased() == "utf-8" else { return nil }
        var bytes: [UInt8] = []
        var units = Array(pieces[2].utf8)[...]
        while let unit = units.popFirst() {
            guard unit == UInt8(ascii: "%") else {
                bytes.append(unit)
                continue
            }
            guard let high = units.popFirst().flatMap(Hex.value(of:)),
                let low = units.popFirst().flatMap(Hex.value(of:))
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Some senders give a whole path; its folders are none of our business. Control characters become spaces.
    private static func lastComponent(_ path: String) -> String {
        let last = path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let name = String(String.UnicodeScalarView(last.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        return name == "." || name == ".." ? "" : name
    }
}

/// A header value with parameters: `form-data; name="file"; filename="a.txt"`.
package struct HeaderParameters: Sendable {
    package private(set) var value = ""
    private var parameters: [(name: String, value: String)] = []

    package init(_ text: String) {
        var rest = Array(text.utf8)[...]
        value = Self.trimmed(Self.take(&rest, until: UInt8(ascii: ";")))
        while rest.popFirst() != nil {
            let name = Self.trimmed(Self.take(&rest, until: UInt8(ascii: "="), UInt8(ascii: ";")))
            guard rest.first == UInt8(ascii: "=") else { continue }
            rest.removeFirst()
            parameters.append((name.lowercased(), Self.parameterValue(&rest)))
        }
    }

    package subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

    private static func parameterValue(_ rest: inout ArraySlice<UInt8>) -> String {
        while rest.first == 0x20 || rest.first == 0x09 { rest.removeFirst() }
        guard rest.first == UInt8(ascii: "\"") else { return trimmed(take(&rest, until: UInt8(ascii: ";"))) }
        rest.removeFirst()
        var out: [UInt8] = []
        while let unit = rest.popFirst(), unit != UInt8(ascii: "\"") {
            // Only these two are ever escaped; a Windows path's single backslashes are meant as they stand.
            if unit == UInt8(ascii: "\\"), let next = rest.first,
                next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
            {
                out.append(next)
                rest.removeFirst()
            } else {
                out.append(unit)
            }
        }
        _ = take(&rest, until: UInt8(ascii: ";"))
        return String(decoding: out, as: UTF8.self)
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, until stops: UInt8...) -> ArraySlice<UInt8> {
        let end = rest.firstIndex { stops.contains($0) } ?? rest.endIndex
        defer { rest = rest[end...] }
        return rest[..<end]
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let isSpace = { (unit: UInt8) in unit == 0x20 || unit == 0x09 }
        let from = bytes.firstIndex { !isSpace($0) } ?? bytes.endIndex
        let until = bytes.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? bytes.endIndex
        return String(decoding: bytes[from..<max(from, until)], as: UTF8.self)
    }
}
