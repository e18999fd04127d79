// SPDX-License-Identifier: Apache-2.0

import Wire

/// Both ends of a connection under a schedule of actions, two to four bytes each.
///
/// Claims: every call ends, once, with an outcome that the schedule explains, and not after its deadline; what arrives
/// is a beginning of what was sent, all of it when the call ends well; both ends keep the document's rules; no credit
/// is lost; nothing is left behind.
enum ScheduleTarget {
    static func run(_ input: [UInt8], on loop: FuzzLoop) throws {
        var input = FuzzInput(input)
        var limits = input.byte() & 1 != 0 ? WireLimits.standard : .narrow
        // How many calls may wait is not what is looked at here.
        limits.waitingCalls = Schedule.mostCalls
        let schedule = Schedule(limits: limits, on: loop)
        while !input.isAtEnd {
            try act(&input, on: schedule)
            try schedule.check()
        }
        try schedule.conclude()
    }

    private static func act(_ input: inout FuzzInput, on schedule: Schedule) throws {
        switch input.byte() & 15 {
        case 0, 1, 2:
            let kind = PlannedCall.Kind.allCases[input.number(below: 4)]
            let deadline = Int(input.byte()) * 4
            schedule.call(kind, input.bytes(3), milliseconds: deadline == 0 ? Schedule.longest : deadline + 4)
        case 3, 4:
            guard let call = call(&input, on: schedule) else { return }
            let first = input.byte()
            call.send([first] + [UInt8](repeating: UInt8(ascii: "."), count: Int(input.byte()) * 2))
        case 5: call(&input, on: schedule)?.finish()
        case 6: call(&input, on: schedule)?.cancel()
        case 7: try schedule.deliverToServer(.max)
        case 8: try schedule.deliverToCaller(.max)
        case 9: try schedule.deliverToServer(Int(input.byte()))
        case 10: try schedule.deliverToCaller(Int(input.byte()))
        case 11: schedule.loop.advance(milliseconds: Int(input.byte()))
        case 12:
            let choice = input.byte()
            schedule.setWritable(choice & 1 != 0, server: choice & 2 != 0)
        case 13:
            guard let call = call(&input, on: schedule) else { return }
            if call.reading.isOpen { call.reading.close() } else { call.reading.open(forGood: true) }
        case 14: schedule.service.gate.open()
        default:
            // Draining ends a schedule's interest in credit and order, so it takes two bytes to get here.
            switch input.byte() {
            case 1, 2: schedule.drainServer()
            case 3, 4: schedule.drainCaller()
            case 5: schedule.close()
            default: return
            }
        }
    }

    private static func call(_ input: inout FuzzInput, on schedule: Schedule) -> PlannedCall? {
        let index = input.number(below: Schedule.mostCalls)
        return index < schedule.calls.count ? schedule.calls[index] : nil
    }
}
