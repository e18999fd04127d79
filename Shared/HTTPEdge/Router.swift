// SPDX-License-Identifier: Apache-2.0

package import NIOHTTP1

/// Answers one request.
package typealias HTTPHandler = @Sendable (HTTPRequest, PathParameters) async throws -> HTTPResponse

/// The values of a pattern's `{names}`, decoded.
package struct PathParameters: Sendable {
    private var values: [(name: String, value: String)] = []
    package init(_ values: [(name: String, value: String)] = []) { self.values = values }

    package subscript(_ name: String) -> String? { values.first { $0.name == name }?.value }
}

/// Finds the handler of a request by method and path.
///
/// A pattern is made of segments: plain text, `{name}` for exactly one segment, and `{name...}` at the end for all
/// the rest. Plain text wins over `{name}`, that over `{name...}`. HEAD is answered by GET's handler without its body,
/// OPTIONS by the list of methods, unless a handler of its own is given.
package struct Router: Sendable {
    private struct Route: Sendable {
        var pattern: String
        var names: [String]
        var handler: HTTPHandler
    }
    private struct Node: Sendable {
        var plain: [Substring: Node] = [:]
        /// At most one, in an array because a struct cannot hold itself.
        var named: [Node] = []
        var rest: [String: Route] = [:]
        var routes: [String: Route] = [:]
    }
    private var root = Node()

    package enum Match: Sendable {
        case handler(HTTPHandler, PathParameters, pattern: String)
        /// The path is known, the method is not; these are.
        case otherMethods([String])
        case none
    }

    package init() {}

    /// Adds a handler. Two for the same method and pattern are a bug of ours.
    package mutating func on(_ method: HTTPMethod, _ pattern: String, _ handler: @escaping HTTPHandler) {
        precondition(pattern.hasPrefix("/"), "a pattern begins with /: \(pattern)")
        let segments = Self.segments(pattern)
        let names = segments.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        let route = Route(
            pattern: pattern, names: names.map { $0.hasSuffix("...") ? String($0.dropLast(3)) : $0 }, handler: handler)
        Self.insert(route, method.rawValue, segments[...], into: &root)
    }

    private static func insert(
        _ route: Route, _ method: String, _ segments: ArraySlice<Substring>, into node: inout Node
    ) {
        guard let segment = segments.first else {
            precondition(node.routes[method] == nil, "\(method) \(route.pattern) has two handlers")
            node.routes[method] = route
            return
        }
        if segment.hasSuffix("...}") {
            precondition(segments.count == 1, "{name...} is the last segment: \(route.pattern)")
            node.rest[method] = route
        } else if segment.hasPrefix("{") {
            if node.named.isEmpty { node.named.append(Node()) }
            insert(route, method, segments.dropFirst(), into: &node.named[0])
        } else {
            insert(route, method, segments.dropFirst(), into: &node.plain[segment, default: Node()])
        }
    }

    package func match(_ method: HTTPMethod, _ path: String) -> Match {
        guard path.hasPrefix("/") else { return .none }
        var values: [Substring] = []
        guard let routes = Self.find(Self.segments(path)[...], in: root, &values), !routes.isEmpty else { return .none }
        let name = method.rawValue
        guard let route = routes[name] ?? (method == .HEAD ? routes["GET"] : nil) else {
            var known = Set(routes.keys)
            if known.contains("GET") { known.insert("HEAD") }
            known.insert("OPTIONS")
            return .otherMethods(known.sorted())
        }
        let parameters = zip(route.names, values).map { name, value in
            (name: name, value: PercentText.decode(value) ?? String(value))
        }
        return .handler(route.handler, PathParameters(parameters), pattern: route.pattern)
    }

    private static func find(
        _ segments: ArraySlice<Substring>, in node: Node, _ values: inout [Substring]
    ) -> [String: Route]? {
        guard let segment = segments.first else { return node.routes.isEmpty ? nil : node.routes }
        if let next = node.plain[segment], let found = find(segments.dropFirst(), in: next, &values) { return found }
        if let next = node.named.first, !segment.isEmpty {
            values.append(segment)
            if let found = find(segments.dropFirst(), in: next, &values) { return found }
            values.removeLast()
        }
        guard !node.rest.isEmpty else { return nil }
        values.append(Substring(segments.joined(separator: "/")))
        return node.rest
    }

    private static func segments(_ path: String) -> [Substring] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }
}
