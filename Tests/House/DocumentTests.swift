// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Goal: a document that points somewhere points at something.
@Suite struct DocumentTests {
    @Test func relativeLinksResolve() {
        for document in Repository.documents {
            let folder = document.folders.joined(separator: "/")
            for link in Self.links(in: document.text) where Self.isRelative(link) {
                let target = link.prefix { $0 != "#" }
                guard !target.isEmpty else { continue }
                let path = target.hasPrefix("/") ? String(target) : "\(folder)/\(target)"
                #expect(Repository.exists(path), "\(document.path) links to \(link)")
            }
        }
    }

    @Test func linksAreFound() {
        let text = "See [one](a.md#b), ![two](c/d.png) and [three](https://example.org).\n```\n[no](link)\n```\n"
        #expect(Self.links(in: text) == ["a.md#b", "c/d.png", "https://example.org"])
    }

    /// Targets of Markdown links outside of code blocks.
    static func links(in text: String) -> [Substring] {
        var isCode = false
        var found: [Substring] = []
        for line in text.split(separator: "\n") {
            if line.drop(while: { $0 == " " }).hasPrefix("```") {
                isCode.toggle()
            } else if !isCode {
                found += line.ranges(of: "](").compactMap { range in
                    let rest = line[range.upperBound...]
                    return rest.firstIndex(of: ")").map { rest[..<$0] }
                }
            }
        }
        return found
    }

    static func isRelative(_ link: Substring) -> Bool {
        !link.contains("://") && !link.hasPrefix("mailto:") && !link.contains(" ")
    }
}
