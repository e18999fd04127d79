// SPDX-License-Identifier: Apache-2.0

/// What the House tests need to know of one proto file: its calls with their ids, and which message holds which.
struct Contract {
    struct Call: Hashable {
        var name: String
        var id: Int?
    }

    let file: SourceFile
    private(set) var calls: [Call] = []
    /// For every message the names of the types of its fields, as written.
    private(set) var fields: [String: Set<String>] = [:]

    init(_ file: SourceFile) {
        self.file = file
        var id: Int?
        var open: [String] = []
        for line in file.lines {
            let words = line.split(whereSeparator: { " (;".contains($0) }).map(String.init)
            guard let first = words.first else { continue }
            if first == "//" {
                if words.count > 2, words[1] == "id:" { id = Int(words[2].dropFirst(2), radix: 16) }
                continue
            }
            switch first {
            case "rpc":
                calls.append(Call(name: words[1], id: id))
                id = nil
            case "message":
                open.append(words[1])
                fields[words[1], default: []] = []
                if line.contains("}") { open.removeLast() }
            case "oneof", "enum", "service":
                if !line.contains("}") { open.append("") }
            case "optional", "repeated", "required":
                note(words[1], in: open)
            case "}":
                if !open.isEmpty { open.removeLast() }
            default:
                // A member of a oneof has no label.
                if open.last == "", words.count > 3, words[2] == "=" { note(first, in: open) }
            }
        }
    }

    private mutating func note(_ type: String, in open: [String]) {
        guard let message = open.last(where: { !$0.isEmpty }) else { return }
        let bare = type.split(separator: ".").last.map(String.init) ?? type
        fields[message, default: []].insert(bare)
    }
}
