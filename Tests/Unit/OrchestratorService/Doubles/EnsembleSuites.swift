// SPDX-License-Identifier: Apache-2.0

import Testing

/// Tests that run whole turns. One after another: they share one loop, and deadlines of a tenth of a second, which are
/// part of what is tested, would pass while forty turns wait for it.
@Suite(.serialized, .timeLimit(.minutes(1))) enum EnsembleSuites {}
