// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain

extension ModelWorkerService {
    /// The load as WatchLoad would report it now, without the cache's blocks.
    func getLoad() -> LoadReport {
        loadReport(engine.board.load, engine.board.calibration, HeldBlocks.Changes(), sequence: 0)
    }
}
