// SPDX-License-Identifier: Apache-2.0

import Llama
package import ModelWorkerDomain
import Primitives
import Synchronization

/// What is to be done with an adapter by the engine's thread, between two steps.
struct AdapterOrder: Sendable {
    enum Wish: Sendable {
        case load(key: String, path: String)
        case forget(key: String)
    }
    var wish: Wish
    /// Told the outcome, exactly once; nil when nobody waits.
    var done: (@Sendable (Result<Void, any Error>) -> Void)?
}

/// The adapters of an engine of this process: who uses which, and how more come and go.
package final class EngineAdapters: Sendable {
    let settings: AdapterSettings
    private let book: Mutex<AdapterBook>
    private let mailbox: EngineMailbox
    /// Those of the settings, for the engine's thread to load before anything else.
    let first: [(key: String, path: String)]

    /// - Parameter adapters: those of the settings' files. Who asks for one before the engine has begun waits with it.
    init(_ settings: AdapterSettings, _ adapters: [AdapterBook.Adapter], mailbox: EngineMailbox) {
        self.settings = settings
        self.mailbox = mailbox
        var book = AdapterBook(limit: settings.limit)
        for adapter in adapters { book.add(adapter) }
        self.book = Mutex(book)
        first = zip(adapters, settings.files).map { ($0.key, $1.path) }
    }

    package var all: [AdapterBook.Adapter] { book.withLock { $0.all } }
    package var limit: Int { settings.limit }

    /// Gives `body` the key of an adapter, which is there as long as `body` runs; "" for the model as it is.
    func using<R>(_ name: String, _ body: (String) async throws -> R) async throws -> R {
        if name.isEmpty { return try await body("") }
        guard let key = book.withLock({ $0.begin(name) }) else { throw EngineRefusal.unknownAdapter }
        defer {
            // Posted after the cancellation of the answer: what ends first uses it no more.
            if let key = book.withLock({ $0.end(name) }) { forget(key) }
        }
        return try await body(key)
    }

    private func forget(_ key: String) { mailbox.post(.adapter(AdapterOrder(wish: .forget(key: key)))) }

    /// Loads one more. Requests may ask for it as soon as this returns.
    /// - Parameter read: what is to be known of a file; a simulation reads none.
    func load(
        _ name: String, file: String, _ read: (AdapterSettings.File) async throws -> AdapterBook.Adapter
    ) async throws -> AdapterBook.Adapter {
        guard settings.folder != nil else { throw EngineRefusal.fixedAdapters }
        guard let path = settings.path(of: file) else { throw LlamaFailure.missingFile(file) }
        try book.withLock { book throws(AdapterRefusal) in try book.reserve(name) }
        do {
            let adapter = try await read(AdapterSettings.File(name: name, path: path))
            try await carryOut(.load(key: adapter.key, path: path))
            book.withLock { $0.add(adapter) }
            return adapter
        } catch {
            book.withLock { $0.abandon(name) }
            throw error
        }
    }

    /// - Returns: how many answers still use it.
    package func unload(_ name: String) throws(AdapterRefusal) -> Int {
        let left = try book.withLock { book throws(AdapterRefusal) in try book.remove(name) }
        if let key = left.key { forget(key) }
        return left.running
    }

    private func carryOut(_ wish: AdapterOrder.Wish) async throws {
        try await withCheckedThrowingContinuation { (waiting: CheckedContinuation<Void, any Error>) in
            let order = AdapterOrder(wish: wish) { waiting.resume(with: $0) }
            if !mailbox.post(.adapter(order)) { waiting.resume(throwing: EngineRefusal.stopped) }
        }
    }
}
