// SPDX-License-Identifier: Apache-2.0

import Primitives
import Wire

extension EndModel {
    /// One well-formed frame arrives.
    mutating func hear(_ frame: RawFrame) -> Verdict {
        switch frame.type {
        case RawFrame.open: return hearOpen(frame)
        case RawFrame.data: return hearData(frame)
        case RawFrame.end: return role == .server ? hearEndFromCaller(frame) : hearEndFromServer(frame)
        case RawFrame.cancel:
            guard role == .server, frame.stream <= lastOpened else { return .mustEnd }
            calls[frame.stream]?.isOver = true
            return isDraining ? .mayEnd : .lives
        case RawFrame.credit: return hearCredit(frame)
        case RawFrame.ping:
            pingsHeard += 1
            guard pingsHeard <= limits.pingsPerInterval else { return .mustEnd }
            pings.append(frame.payload)
            return .lives
        case RawFrame.goAway:
            isDraining = true
            looksAtNoMore = true
            // One with a reason says nothing of what was looked at.
            if role == .caller, frame.value == 0 { retire(above: frame.payload) }
            return .mayEnd
        case RawFrame.pong:
            guard let farewell, farewell == frame.payload else { return .lives }
            looksAtNoMore = true
            return .mayEnd
        default: return .lives
        }
    }

    /// The server looks at no call above `last`.
    private mutating func retire(above payload: [UInt8]) {
        let last = (0..<4).reduce(0 as UInt32) { $0 | UInt32(payload[$1]) << UInt32(8 * $1) }
        for id in calls.keys where id > last { calls[id]?.isOver = true }
    }

    /// Counts a payload against what was granted. A frame without credit is looked at all the same: while grants are on
    /// their way the end knows of more.
    private mutating func count(_ frame: RawFrame) -> Verdict {
        let left = Int(limits.connectionCredit) + granted - received
        received += frame.cost
        return left > 0 ? .lives : .mustEnd
    }

    private mutating func hearOpen(_ frame: RawFrame) -> Verdict {
        guard role == .server, frame.stream > lastOpened else { return .mustEnd }
        let verdict = count(frame)
        guard !looksAtNoMore else {
            // A call after the last GOAWAY is not looked at, and one word on it would be too much.
            lastOpened = frame.stream
            return verdict
        }
        let size = Int(frame.payload[0]) | Int(frame.payload[1]) << 8
        guard 2 + size <= frame.length, size <= limits.metadataBytes,
            (try? frame.payload[2..<2 + size].withUnsafeBytes { try MetadataBlock.decode($0) }) != nil
        else { return .mustEnd }
        lastOpened = frame.stream
        calls[frame.stream] = Call(callerIsDone: frame.flags & 1 != 0, credit: Int(peer?.streamCredit ?? 0))
        return verdict
    }

    private mutating func hearData(_ frame: RawFrame) -> Verdict {
        guard frame.stream <= lastOpened else { return .mustEnd }
        let verdict = count(frame)
        guard var call = calls[frame.stream], !call.isOver else { return verdict }
        if role == .server, call.callerIsDone { return .mustEnd }
        let left = Int(limits.streamCredit) + call.granted - call.received
        call.received += frame.cost
        calls[frame.stream] = call
        return max(verdict, left > 0 ? .lives : .mustEnd)
    }

    private mutating func hearEndFromCaller(_ frame: RawFrame) -> Verdict {
        guard frame.flags == 0, frame.length == 0, frame.value == 0, frame.stream <= lastOpened else { return .mustEnd }
        guard let call = calls[frame.stream], !call.isOver else { return .lives }
        calls[frame.stream]?.callerIsDone = true
        return call.callerIsDone ? .mustEnd : .lives
    }

    private mutating func hearEndFromServer(_ frame: RawFrame) -> Verdict {
        guard frame.stream <= lastOpened else { return .mustEnd }
        var verdict = isDraining ? Verdict.mayEnd : .lives
        if frame.flags & 2 != 0 {
            guard frame.value == 0 else { return .mustEnd }
            verdict = max(verdict, count(frame))
        } else {
            guard frame.length <= 12 + 128 + 1_024, frame.value != 0 || frame.length == 0 else { return .mustEnd }
        }
        guard let call = calls[frame.stream], !call.isOver else { return verdict }
        calls[frame.stream]?.isOver = true
        guard frame.value != 0 else { return verdict }
        let code = StatusCode(rawValue: frame.value)
        let isRead = (try? frame.payload.withUnsafeBytes { try FailurePayload.decode($0, code: code) }) != nil
        return isRead ? verdict : .mustEnd
    }

    private mutating func hearCredit(_ frame: RawFrame) -> Verdict {
        let grant = Int(frame.value)
        let most = 1 << 31 - 1
        guard frame.stream != 0 else {
            credit += grant
            return grant == 0 || credit > most ? .mustEnd : .lives
        }
        // For a call that is over, or never was, a grant says nothing; whether a bad one is seen is open.
        guard let call = calls[frame.stream], !call.isOver else { return grant == 0 || grant > most ? .mayEnd : .lives }
        calls[frame.stream]?.credit += grant
        return grant == 0 || call.credit + grant > most ? .mustEnd : .lives
    }
}
