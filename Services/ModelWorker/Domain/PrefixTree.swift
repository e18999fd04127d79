// SPDX-License-Identifier: Apache-2.0

/// Which tokens the cache holds, which sequences hold them, and how many cells that takes.
///
/// A radix tree over tokens, one root per scope. A sequence is a path from its root to its tip; what two sequences
/// share they share by being on one path, exactly as the engine's cells are shared by a sequence copy. Hence the
/// number of occupied cells is known exactly and not estimated. A node lives while a sequence ends in it or a child
/// hangs on it.
///
/// A sequence is *pinned* while it runs. Pinned cells cannot be freed; all others can, by closing sequences.
package struct PrefixTree: Sendable {
    private struct Node {
        var parent: Int
        var tokens: [TokenID]
        var children: [Int] = []
        /// The sequences that end at this node's last token.
        var tips: [Int] = []
        /// How many pinned sequences pass through or end here.
        var pins = 0
    }

    /// A sequence as the tree sees it.
    private struct Path {
        var tip: Int
        var length: Int
        var isPinned: Bool
    }

    /// A prefix that is already there.
    package struct Match: Hashable, Sendable {
        /// How many leading tokens are held.
        package var length: Int
        /// A sequence that holds all of them.
        package var source: Int
        fileprivate var node: Int
        fileprivate var offset: Int
    }

    /// Siblings may begin alike, when equal prompts were computed side by side, and then all of them must be looked
    /// into. Trying them without end would make a flood of equal prompts quadratic; what lies beyond this many nodes
    /// is only a missed chance to share.
    package static let maxNodesTried = 128

    private var nodes: [Node] = []
    private var freeNodes: [Int] = []
    private var roots: [PrefixScope: Int] = [:]
    private var scopes: [Int: PrefixScope] = [:]
    private var paths: [Int: Path] = [:]

    /// Cells that hold a token of any sequence.
    package private(set) var cells = 0
    /// Cells that hold a token of a pinned sequence.
    package private(set) var pinnedCells = 0

    package init() {}

    package func length(of slot: Int) -> Int { paths[slot]?.length ?? 0 }
    package var openSlots: Int { paths.count }

    /// The scope and the tokens of a sequence.
    package func contents(of slot: Int) -> (scope: PrefixScope, tokens: [TokenID])? {
        guard let path = paths[slot] else { return nil }
        var runs: [Int] = []
        var at = path.tip
        while nodes[at].parent >= 0 {
            runs.append(at)
            at = nodes[at].parent
        }
        guard let scope = scopes[at] else { return nil }
        var tokens: [TokenID] = []
        tokens.reserveCapacity(path.length)
        for node in runs.reversed() { tokens += nodes[node].tokens }
        return (scope, tokens)
    }

    /// How many of a sequence's last tokens no other sequence holds: what closing it would lose.
    package func exclusiveCount(of slot: Int) -> Int {
        guard let path = paths[slot] else { return 0 }
        var (at, from, count) = (path.tip, -1, 0)
        while nodes[at].parent >= 0 {
            let others = from < 0 ? nodes[at].tips.count > 1 : !nodes[at].tips.isEmpty
            let branches = nodes[at].children.contains { $0 != from }
            if others || branches { break }
            count += nodes[at].tokens.count
            from = at
            at = nodes[at].parent
        }
        return count
    }

    /// The longest held prefix of `tokens`, at most `limit` long, within one scope.
    package func longestMatch(of tokens: [TokenID], in scope: PrefixScope, limit: Int) -> Match? {
        guard let root = roots[scope], limit > 0 else { return nil }
        var best: (node: Int, offset: Int, length: Int)?
        var open = [(node: root, length: 0)]
        var tried = 0
        while let (node, length) = open.popLast(), tried < Self.maxNodesTried {
            for child in nodes[node].children {
                let count = commonCount(nodes[child].tokens, tokens, from: length, limit: limit)
                guard count > 0 else { continue }
                tried += 1
                let reached = length + count
                if reached > best?.length ?? 0 { best = (child, count, reached) }
                if reached == limit { return match(node: child, offset: count, length: reached) }
                if count == nodes[child].tokens.count { open.append((child, reached)) }
            }
        }
        return best.flatMap { match(node: $0.node, offset: $0.offset, length: $0.length) }
    }

    private func match(node: Int, offset: Int, length: Int) -> Match? {
        var at = node
        // Every leaf is somebody's tip, or it would have been removed.
        while nodes[at].tips.isEmpty {
            guard let child = nodes[at].children.last else { return nil }
            at = child
        }
        guard let source = nodes[at].tips.last else { return nil }
        return Match(length: length, source: source, node: node, offset: offset)
    }

    private func commonCount(_ edge: [TokenID], _ tokens: [TokenID], from start: Int, limit: Int) -> Int {
        let most = min(edge.count, min(tokens.count, limit) - start)
        guard most > 0 else { return 0 }
        return edge.withUnsafeBufferPointer { edge in
            tokens.withUnsafeBufferPointer { tokens in
                var count = 0
                while count < most, edge[count] == tokens[start + count] { count += 1 }
                return count
            }
        }
    }

    /// Opens a pinned sequence that begins with what `match` found. The match must be fresh: nothing may have been
    /// opened since, and its source not closed.
    package mutating func open(_ slot: Int, in scope: PrefixScope, sharing match: Match?) {
        precondition(paths[slot] == nil, "the slot is taken")
        var tip: Int
        if let match {
            tip = match.offset < nodes[match.node].tokens.count ? split(match.node, at: match.offset) : match.node
        } else if let root = roots[scope] {
            tip = root
        } else {
            tip = makeNode(parent: -1, tokens: [])
            roots[scope] = tip
            scopes[tip] = scope
        }
        nodes[tip].tips.append(slot)
        paths[slot] = Path(tip: tip, length: match?.length ?? 0, isPinned: true)
        pin(from: tip)
    }

    /// Says that the engine has computed these next tokens of the sequence.
    package mutating func append(_ tokens: ArraySlice<TokenID>, to slot: Int) {
        guard let path = paths[slot], !tokens.isEmpty else { return }
        precondition(path.isPinned, "only a running sequence grows")
        var tip = path.tip
        // A node that others stand on, and a root, must keep their extent: growth goes into a new child.
        if nodes[tip].parent < 0 || nodes[tip].tips.count > 1 || !nodes[tip].children.isEmpty {
            nodes[tip].tips.removeAll { $0 == slot }
            let child = makeNode(parent: tip, tokens: [])
            nodes[child].tips = [slot]
            nodes[child].pins = 1
            nodes[tip].children.append(child)
            tip = child
        }
        nodes[tip].tokens.append(contentsOf: tokens)
        cells += tokens.count
        pinnedCells += tokens.count
        paths[slot] = Path(tip: tip, length: path.length + tokens.count, isPinned: true)
    }

    /// The sequence has stopped running; it stays as cache until it is closed.
    package mutating func unpin(_ slot: Int) {
        guard let path = paths[slot], path.isPinned else { return }
        paths[slot]?.isPinned = false
        unpin(from: path.tip)
    }

    /// Forgets the sequence. Cells that no other sequence holds are free.
    package mutating func close(_ slot: Int) {
        unpin(slot)
        guard let path = paths.removeValue(forKey: slot) else { return }
        nodes[path.tip].tips.removeAll { $0 == slot }
        var at = path.tip
        while at >= 0, nodes[at].tips.isEmpty, nodes[at].children.isEmpty {
            let parent = nodes[at].parent
            cells -= nodes[at].tokens.count
            if parent >= 0 {
                nodes[parent].children.removeAll { $0 == at }
            } else if let scope = scopes.removeValue(forKey: at) {
                roots[scope] = nil
            }
            nodes[at].tokens = []
            freeNodes.append(at)
            at = parent
        }
    }

    /// Cuts a node in two. The old number keeps the end, so that tips and children stay where they are.
    private mutating func split(_ node: Int, at offset: Int) -> Int {
        let old = nodes[node]
        let head = makeNode(parent: old.parent, tokens: Array(old.tokens[..<offset]))
        nodes[head].children = [node]
        nodes[head].pins = old.pins
        nodes[node].tokens = Array(old.tokens[offset...])
        nodes[node].parent = head
        if let at = nodes[old.parent].children.firstIndex(of: node) { nodes[old.parent].children[at] = head }
        return head
    }

    private mutating func makeNode(parent: Int, tokens: [TokenID]) -> Int {
        let node = Node(parent: parent, tokens: tokens)
        if let free = freeNodes.popLast() {
            nodes[free] = node
            return free
        }
        nodes.append(node)
        return nodes.count - 1
    }

    private mutating func pin(from tip: Int) {
        var at = tip
        while at >= 0 {
            if nodes[at].pins == 0 { pinnedCells += nodes[at].tokens.count }
            nodes[at].pins += 1
            at = nodes[at].parent
        }
    }

    private mutating func unpin(from tip: Int) {
        var at = tip
        while at >= 0 {
            nodes[at].pins -= 1
            if nodes[at].pins == 0 { pinnedCells -= nodes[at].tokens.count }
            at = nodes[at].parent
        }
    }
}
