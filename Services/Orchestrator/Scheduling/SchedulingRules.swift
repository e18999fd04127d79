// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Every number the scheduler decides by, with its default and its reason. Settings may change those that depend on
/// the fleet or on what its owner promises.
package struct SchedulingRules: Hashable, Sendable {
    /// A worker that holds this share of a prompt's blocks counts as its holder. Below it, the missing part costs as
    /// much as the holder saves.
    package var holderShare = 0.8
    /// A holder whose waiting work takes longer than this is saturated: the prompt may go elsewhere. The work allowed
    /// is this time multiplied by the worker's own prefill rate, so that a fast worker may have more of it.
    package var toleratedTTFT = Duration.milliseconds(1_500)
    /// How many times the prefill it saves a prompt may wait for its holder. More than one, because a copy elsewhere
    /// also pushes other prefixes out of that worker's cache: with two, a fleet at half its load lost a tenth of its
    /// hits, and one at four fifths collapsed (`make simulate`).
    package var patience = 6.0
    /// Beyond this many candidates three are compared instead of all: with many orchestrators and reports of different
    /// ages, the global least would be everybody's choice at once.
    package var maxCompared = 16
    /// Costs this close count as equal: estimates are not better than that.
    package var tieShare = 1.15
    /// Of a thousand prompts whose holder is busy, how many go elsewhere to learn whether it still is the best place.
    /// Ten cost three of a hundred hits where caches are just large enough (`make simulate`).
    package var explorationPerMille: UInt64 = 1
    /// A second holder is made when prompts with one preamble fill this share of their holders' places.
    package var heatShare = 0.75

    /// Calls beyond a full batch that may wait at a worker itself. Whatever waits there can go nowhere else.
    package var workerQueue = 0
    /// The most requests and bytes that wait here.
    package var queueLimit = 10_000
    package var queueBytes = 64 * 1_024 * 1_024
    /// A request that waited this long gets a share of what the class above it gets, twice as long of two above.
    package var aging = Duration.seconds(5)
    /// Tokens of service that a tenant may be ahead of its share before others go first: a few requests' worth, so that
    /// prompts with one prefix stay together, and little enough that nobody notices.
    package var quantum = 4_096
    /// A tenant that had so many times the mean of those who had anything within the last seconds, and a quantum more,
    /// is past its share, and leaves a place of each worker to those who are not.
    package var greed = 1.5
    /// How long a worker's place is left free after a tenant within its share was there.
    package var keptFor = Duration.seconds(2)
    /// What a generated token costs of a tenant's share, in prompt tokens: a decode step computes one token where
    /// prefill computes many.
    package var decodeWeight = 4.0
    /// What a prompt token out of a cache costs of it.
    package var cachedWeight = 0.1
    /// How long a request of each class may have to wait for a worker before it is refused at once.
    package var waitBounds: [Duration] = [.seconds(10), .seconds(20), .seconds(60)]
    /// What is promised of the time to the first token, for the share of requests that keep it.
    package var targets: [Duration] = [.milliseconds(500), .seconds(1), .seconds(10)]

    /// Memory of the prefix index.
    package var indexBytes = 32 * 1_024 * 1_024
    /// How long a prefix that was sent to a worker which does not report its cache is believed to be in it.
    package var indexLifetime = Duration.seconds(600)
    /// How long new prompts count where they went, for the next ones to go elsewhere: longer than a prefix is in use,
    /// and not so long that what nobody wants any more keeps others away.
    package var settling = Duration.seconds(300)
    /// How long a worker that joins a fleet takes to get its full share, so that its empty cache and cold memory do not
    /// meet everything at once.
    package var warmUp = Duration.seconds(10)
    /// Decisions that can be explained afterwards; under 2 kB each.
    package var remembered = 512

    package init() {}

    /// Places of a worker that are left to tenants within their share while others flood: with every place taken all
    /// the time, whoever comes waits for the next to end. Of few places one would be too much of the worker.
    package func keptPlaces(of places: Int) -> Int { places < 4 ? 0 : max(1, places / 8) }

    package func waitBound(of serviceClass: ServiceClass) -> Double { waitBounds[serviceClass.rawValue].inSeconds }
}

/// Who goes first. Strict, but for aging.
package enum ServiceClass: Int, CaseIterable, Hashable, Sendable {
    case premium, standard, batch

    /// The word for it in metrics.
    package var word: String {
        switch self {
        case .premium: "premium"
        case .standard: "standard"
        case .batch: "batch"
        }
    }
}
