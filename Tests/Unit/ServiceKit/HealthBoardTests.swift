// SPDX-License-Identifier: Apache-2.0

import Primitives
import ServiceKit
import Synchronization
import TestKit
import Testing

/// Something that can be up or down.
private final class Switch: Sendable {
    private let state = Mutex(false)
    var isOn: Bool { state.withLock { $0 } }
    func turn(_ on: Bool) { state.withLock { $0 = on } }
}

@Suite struct HealthBoardTests {
    @Test func aStoreIsWaitedForOnceAndItsLossShown() {
        let store = Switch()
        let board = HealthBoard(time: ManualTime())
        board.require("store") { store.isOn }
        #expect(!board.readiness().isReady)
        store.turn(true)
        #expect(board.readiness().isReady)
        store.turn(false)
        let (isReady, json) = board.readiness()
        #expect(isReady)
        #expect(String(decoding: json, as: UTF8.self) == #"{"status":"ready","checks":{"store":"lost"}}"#)
    }

    @Test func peersAreNotWaitedForForEver() {
        let time = ManualTime()
        let board = HealthBoard(time: time)
        board.expect("billing") { false }
        #expect(!board.readiness().isReady)
        time.advance(by: HealthBoard.patienceForPeers + .seconds(1))
        #expect(board.readiness().isReady)
    }
}
