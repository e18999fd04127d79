// SPDX-License-Identifier: Apache-2.0

import Glibc
import OrchestratorScheduling

/// Rules to try, as `FLEET_patience=4`.
enum Trial {
    static var rules: SchedulingRules {
        var rules = SchedulingRules()
        if let value = number("patience") { rules.patience = value }
        if let value = number("heatShare") { rules.heatShare = value }
        if let value = number("tieShare") { rules.tieShare = value }
        if let value = number("tolerated") { rules.toleratedTTFT = .milliseconds(Int64(value)) }
        if let value = number("exploration") { rules.explorationPerMille = UInt64(value) }
        if let value = number("workerQueue") { rules.workerQueue = Int(value) }
        if let value = number("quantum") { rules.quantum = Int(value) }
        if let value = number("greed") { rules.greed = value }
        if let value = number("indexBytes") { rules.indexBytes = Int(value) }
        return rules
    }

    private static func number(_ name: String) -> Double? {
        getenv("FLEET_" + name).flatMap { Double(String(cString: $0)) }
    }
}
