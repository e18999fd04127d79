// SPDX-License-Identifier: Apache-2.0

import Messages

extension ModelWorkerService {
    /// Takes new work again.
    func undrain() -> UndrainReply {
        setDraining(false)
        return UndrainReply()
    }
}
