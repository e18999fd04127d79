// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Why an adapter was not loaded or taken away.
package enum AdapterRefusal: Error, Hashable, Sendable {
    case invalidName
    case taken
    case tooMany(limit: Int)
    case unknown
}

/// The adapters of an engine by name, and how many answers use each.
///
/// What the engine and its cache know an adapter by is its key: the name and a sum of its file's bytes. So tokens that
/// one file computed are never taken for another's that came later under the same name, and are found again when the
/// same file comes back.
package struct AdapterBook: Sendable {
    package struct Adapter: Hashable, Sendable {
        package var name: String
        package var key: String
        /// Size of its file.
        package var bytes: Int
        /// When the file was written.
        package var createdAt: Timestamp
        package fileprivate(set) var running = 0
        /// Taken away, and used to their end by the answers that have it.
        package fileprivate(set) var isLeaving = false

        package init(name: String, digest: UInt64, bytes: Int, createdAt: Timestamp) {
            self.name = name
            key = "\(name)@\(String(digest, radix: 16))"
            self.bytes = bytes
            self.createdAt = createdAt
        }
    }

    package let limit: Int
    private var adapters: [String: Adapter] = [:]
    /// Names whose adapters are being loaded: each has its place already.
    private var loading: Set<String> = []

    package init(limit: Int) { self.limit = limit }

    package var all: [Adapter] { adapters.values.sorted { $0.name < $1.name } }

    /// Keeps a place for an adapter while it is loaded. Ends with `add` or `abandon`.
    package mutating func reserve(_ name: String) throws(AdapterRefusal) {
        guard AdapterName.isValid(name) else { throw .invalidName }
        guard adapters[name] == nil, !loading.contains(name) else { throw .taken }
        guard adapters.count + loading.count < limit else { throw .tooMany(limit: limit) }
        loading.insert(name)
    }

    package mutating func abandon(_ name: String) { loading.remove(name) }

    package mutating func add(_ adapter: Adapter) {
        loading.remove(adapter.name)
        adapters[adapter.name] = adapter
    }

    /// An answer begins; its adapter's key, or nil when there is none of that name for new answers.
    package mutating func begin(_ name: String) -> String? {
        guard let adapter = adapters[name], !adapter.isLeaving else { return nil }
        adapters[name]?.running += 1
        return adapter.key
    }

    /// An answer is over.
    /// - Returns: the key of an adapter that nobody needs any more.
    package mutating func end(_ name: String) -> String? {
        guard let adapter = adapters[name] else { return nil }
        adapters[name]?.running -= 1
        return adapter.isLeaving && adapter.running == 1 ? forget(name) : nil
    }

    /// Takes an adapter away from new answers.
    /// - Returns: how many still use it, and the key to forget when none does.
    package mutating func remove(_ name: String) throws(AdapterRefusal) -> (running: Int, key: String?) {
        guard let adapter = adapters[name] else { throw .unknown }
        adapters[name]?.isLeaving = true
        return (adapter.running, adapter.running == 0 ? forget(name) : nil)
    }

    private mutating func forget(_ name: String) -> String? { adapters.removeValue(forKey: name)?.key }
}
