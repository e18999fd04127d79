// SPDX-License-Identifier: Apache-2.0

/// When an address of a service is shut out, and for how long: every number of `Standing` in one place.
package struct StandingLimits: Hashable, Sendable {
    /// Calls in a row that were lost or ran out of time while nothing at all came from the address. One may be chance,
    /// five are not.
    package var unreachableInARow = 5
    /// And the least time between the first of them and the last. A machine that stalls for some ten milliseconds
    /// loses every call of that moment; whoever is silent for a second has gone.
    package var leastSilence: Duration = .seconds(1)
    /// How long an address to which no connection can be made is waited for. A restart takes seconds, and who waits for
    /// it is answered; the tests of killed processes ask for five.
    package var restartPatience: Duration = .seconds(5)
    /// Answers of which the share of faults is taken: ten seconds forget a moment's trouble and hold enough calls.
    package var window: Duration = .seconds(10)
    /// Fewer answers than this in a window prove nothing.
    package var leastVolume = 20
    /// Above half, a call is more likely to fail there than not.
    package var faultRatio = 0.5
    /// Another address with this share of our own faults, or more, shows that the fault travels with the requests. Then
    /// nobody is shut out for it.
    package var commonShare = 0.5
    /// How long an address is shut out the first time; doubled for each time that it fails its probes. Calls that
    /// probe are people's calls: some are lost.
    package var firstOpen: Duration = .seconds(1)
    /// The bound for an address that answers with faults while others answer well: nobody misses it.
    package var longestOpen: Duration = .seconds(30)
    /// The bound for one that is silent. It may be the only one, and then nobody is answered before it is asked again.
    package var longestSilence: Duration = .seconds(2)
    /// An address that has been good for so long starts again from `firstOpen`.
    package var forgiveness: Duration = .seconds(60)
    /// Calls let through at a time to learn whether it is back, and how often if nothing comes of them.
    package var probes = 2
    package var probeInterval: Duration = .seconds(1)
    /// Good answers in a row that make it one of the others again.
    package var goodProbes = 2
    /// An overloaded address is spared for as long as it asks, but not longer than this: some of those who ask speak of
    /// one person's rate and not of the address.
    package var longestAvoidance: Duration = .seconds(2)

    package init() {}
    package static let standard = StandingLimits()
}
