// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Synchronization
package import VectorIndex

/// The vector indexes of the organisations this replica was asked about, brought up to date before each search.
package final class OrganisationIndexes: Sendable {
    /// What brings one index up to date: the changes since a version.
    package typealias Source = @Sendable (OrganisationID, Int64, Deadline) async throws -> PassageStore.Changes

    private struct Entry {
        var index: ExactVectorIndex
        var version: Int64
        var lastUsed: MonotonicInstant
    }

    /// Vectors held by all indexes together; beyond it the organisation not asked about for longest is dropped. At 384
    /// dimensions this is about 768 MB.
    private static let mostVectors = 500_000

    private let dimensions: Int
    private let source: Source
    private let time: any TimeSource
    private let entries = Mutex<[OrganisationID: Entry]>([:])

    package init(dimensions: Int, time: any TimeSource, source: @escaping Source) {
        self.dimensions = dimensions
        self.time = time
        self.source = source
    }

    package func search(
        _ query: [Float], of organisation: OrganisationID, files: Set<FileID>, limit: Int, deadline: Deadline
    ) async throws -> [VectorHit] {
        let known = entries.withLock { $0[organisation]?.version ?? 0 }
        let changes = try await source(organisation, known, deadline)
        return entries.withLock { entries in
            var entry =
                entries.removeValue(forKey: organisation)
                ?? Entry(index: ExactVectorIndex(dimensions: dimensions), version: 0, lastUsed: time.now())
            // Two searches may have asked for the same changes at once; applying them twice does no harm, but changes
            // that begin behind what another search dropped in between would leave a hole.
            if entry.version >= known, changes.version > entry.version {
                entry.index.remove(files: changes.removed)
                entry.index.upsert(changes.added)
                entry.version = changes.version
            }
            entry.lastUsed = time.now()
            let hits = entry.index.search(query, limit: limit, files: files)
            if entry.version >= known { entries[organisation] = entry }
            dropColdest(&entries)
            return hits
        }
    }

    private func dropColdest(_ entries: inout [OrganisationID: Entry]) {
        var total = entries.values.reduce(0) { $0 + $1.index.count }
        while total > Self.mostVectors, entries.count > 1,
            let coldest = entries.min(by: { $0.value.lastUsed < $1.value.lastUsed })
        {
            total -= coldest.value.index.count
            entries[coldest.key] = nil
        }
    }
}
