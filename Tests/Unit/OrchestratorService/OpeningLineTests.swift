// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@testable import OrchestratorService

@Suite struct OpeningLineTests {
    private let time = ManualTime()

    /// Starts somebody who enters, says so, and stays until told to leave.
    private func stand(in line: OpeningLine) async -> Task<OpeningLine.Place, any Error> {
        let waiting = line.waiting
        let task = Task { try await line.enter() }  // House: loose task, because the test awaits its value.
        while line.waiting == waiting { await Task.yield() }
        return task
    }

    @Test func placesAreGivenInTheOrderOfTheLine() async throws {
        let line = OpeningLine(places: 1, patience: .seconds(1), time: time)
        let first = try await line.enter()
        let second = await stand(in: line)
        let third = await stand(in: line)
        first.leave()
        let place = try await second.value
        #expect(line.waiting == 1)
        place.leave()
        try await third.value.leave()
        #expect(line.waiting == 0)
    }

    @Test func aPlaceIsLeftOnce() async throws {
        let line = OpeningLine(places: 1, patience: .seconds(1), time: time)
        let place = try await line.enter()
        place.leave()
        place.leave()
        let next = try await line.enter()
        let waiting = await stand(in: line)
        #expect(line.waiting == 1)
        next.leave()
        try await waiting.value.leave()
    }

    @Test func whoeverStoodTooLongIsToldToComeBack() async throws {
        let line = OpeningLine(places: 1, patience: .seconds(1), time: time)
        let first = try await line.enter()
        let late = await stand(in: line)
        time.advance(by: .milliseconds(1_500))
        let patient = await stand(in: line)
        first.leave()
        let failure = await #expect(throws: Failure.self) { try await late.value }
        #expect(failure?.code == .resourceExhausted && failure?.retry == .after(.seconds(1)))
        try await patient.value.leave()
        try await line.enter().leave()
    }
}
