// SPDX-License-Identifier: Apache-2.0

import Primitives
import Telemetry

extension Cell {
    /// A moment of the wire (microseconds since 1970) as RFC 3339 text; nothing when there is none.
    package static func moment(_ microseconds: Int64?) -> Cell {
        guard let microseconds else { return .none }
        return .text(Timestamp(microseconds: microseconds).rfc3339)
    }
}
