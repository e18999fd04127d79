// SPDX-License-Identifier: Apache-2.0

import Wire

extension EndModel {
    /// One well-formed frame leaves, for which the connection had credit.
    mutating func speak(_ frame: RawFrame, peer: Preface, _ name: String) throws {
        switch frame.type {
        case RawFrame.open: try sayOpen(frame, peer: peer, name)
        case RawFrame.data:
            guard let call = calls[frame.stream], !call.hasSpoken else { throw Finding("\(name) on no open call") }
            try claim(role == .server || !call.callerIsDone, "\(name) after its half was closed")
            try claim(call.credit > 0, "\(name) without the call's credit")
            calls[frame.stream]?.credit -= frame.cost
        case RawFrame.end:
            guard let call = calls[frame.stream], !call.hasSpoken else { throw Finding("\(name) on no open call") }
            if role == .caller {
                try claim(frame.flags == 0 && frame.value == 0 && frame.length == 0, "\(name) with more than END")
                try claim(!call.callerIsDone, "\(name) twice")
                calls[frame.stream]?.callerIsDone = true
            } else {
                try sayEnd(frame, name)
            }
        case RawFrame.cancel:
            try claim(role == .caller && [1, 4].contains(frame.value), "\(name) for the reason \(frame.value)")
            guard let call = calls[frame.stream], !call.hasSpoken else { throw Finding("\(name) on no open call") }
            calls[frame.stream]?.hasSpoken = true
            calls[frame.stream]?.isOver = true
        case RawFrame.credit: try sayCredit(frame, name)
        case RawFrame.ping:
            try claim(role == .server && isDraining && farewell == nil, "\(name) for no reason")
            farewell = frame.payload
        case RawFrame.pong:
            try claim(pings.first == frame.payload, "\(name) that nobody asked for")
            pings.removeFirst()
        default: throw Finding("\(name), which it has no reason to")
        }
    }

    private mutating func sayOpen(_ frame: RawFrame, peer: Preface, _ name: String) throws {
        try claim(role == .caller, "\(name), and it is no caller")
        try claim(frame.stream > lastOpened, "\(name), not above \(lastOpened)")
        lastOpened = frame.stream
        calls[frame.stream] = Call(callerIsDone: frame.flags & 1 != 0, credit: Int(peer.streamCredit))
        let open = calls.values.count { !$0.isOver }
        try claim(open <= Int(peer.concurrentCalls), "\(name): \(open) calls of \(peer.concurrentCalls)")
    }

    private mutating func sayEnd(_ frame: RawFrame, _ name: String) throws {
        let isEmpty = frame.length == 0
        let isFailure = frame.length >= 12 && frame.length <= 12 + 128 + 1_024
        try claim(
            frame.flags == 2 ? frame.value == 0 : frame.value == 0 ? isEmpty : isEmpty || isFailure,
            "\(name), flags \(frame.flags), status \(frame.value)")
        calls[frame.stream]?.hasSpoken = true
        calls[frame.stream]?.isOver = true
    }

    private mutating func sayCredit(_ frame: RawFrame, _ name: String) throws {
        let grant = Int(frame.value)
        try claim(grant > 0, "\(name) for nothing")
        guard frame.stream != 0 else {
            granted += grant
            return try claim(granted <= received, "\(name) of \(grant), more than has arrived")
        }
        guard let call = calls[frame.stream] else { throw Finding("\(name) for a call that never was") }
        calls[frame.stream]?.granted += grant
        try claim(call.granted + grant <= call.received, "\(name) of \(grant), more than has arrived")
    }
}
