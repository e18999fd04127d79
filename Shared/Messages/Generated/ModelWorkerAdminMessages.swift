// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/modelworker/v1/admin.proto. Do not edit: run `make proto`.

package struct DrainRequest: Equatable, Sendable {
    package init() {}
}

package struct DrainReply: Equatable, Sendable {
    package var stillRunning: UInt32

    package init(stillRunning: UInt32 = 0) {
        self.stillRunning = stillRunning
    }
}

package struct UndrainRequest: Equatable, Sendable {
    package init() {}
}

package struct UndrainReply: Equatable, Sendable {
    package init() {}
}

package struct GetLoadRequest: Equatable, Sendable {
    package init() {}
}
