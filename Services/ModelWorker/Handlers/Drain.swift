// SPDX-License-Identifier: Apache-2.0

import Messages

extension ModelWorkerService {
    /// Stops taking new work; what runs is finished, and the fleet learns of it with the next load report.
    func drain() -> DrainReply {
        setDraining(true)
        let load = engine.board.load
        return DrainReply(stillRunning: UInt32(clamping: load.running + load.waiting))
    }
}
