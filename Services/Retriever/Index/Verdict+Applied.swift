// SPDX-License-Identifier: Apache-2.0

import Messages

extension Verdict {
    /// The text with every redaction's replacement in its place. A range that does not lie in the text is passed over:
    /// it can only come from a peer of another version, and half a redaction is better than a crash.
    func applied(to text: String) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var at = 0
        for redaction in redactions.sorted(by: { $0.startByte < $1.startByte }) {
            let start = Int(clamping: redaction.startByte)
            let end = Int(clamping: redaction.endByte)
            guard start >= at, end > start, end <= bytes.count else { continue }
            out += bytes[at..<start]
            out += Array(redaction.replacement.utf8)
            at = end
        }
        out += bytes[at...]
        return String(decoding: out, as: UTF8.self)
    }
}
