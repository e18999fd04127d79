// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import Primitives

/// One way of one connection through a `FaultProxy`.
///
/// Holds at most `mostHeld` octets and one read more; then it stops reading, and the sender's socket fills up as it
/// does
/// behind a slow network.
///
/// `@unchecked Sendable`: confined to the loop that both channels share.
final class ProxyLink: @unchecked Sendable {
    static let mostHeld = 256 << 10
    /// A slow line passes on what it may in steps of about this long.
    private static let throttleStep: Int64 = 5_000_000

    private let source: any Channel
    private let sink: any Channel
    private let record: (LinkConditions.Fault) -> Void
    private var conditions: LinkConditions
    private var incidents: [LinkConditions.Incident]
    private var random: SeededRandomness

    private var queue = CircularBuffer<(due: NIODeadline, bytes: ByteBuffer)>()
    private(set) var held = 0
    /// Octets passed since these conditions began.
    private var position = 0
    /// Octets until the next cut between segments.
    private var segment = 0
    /// When a slow line is free again, and when the piece before this one leaves.
    private var lineIsFree = NIODeadline.uptimeNanoseconds(0)
    private var lastDue = NIODeadline.uptimeNanoseconds(0)
    /// What has passed last, kept only while an incident needs it.
    private var passed: [UInt8] = []
    private var timer: Scheduled<Void>?

    private var isReading = false
    private var isPumping = false
    private var isStalled = false
    private var isSwallowing = false
    private enum Ending { case half, whole }
    private var ending: Ending?
    /// Nothing more goes this way.
    private(set) var isOver = false
    /// Told once when nothing more goes this way.
    var onOver: (() -> Void)?

    init(
        from source: any Channel, to sink: any Channel, conditions: LinkConditions, random: SeededRandomness,
        record: @escaping (LinkConditions.Fault) -> Void
    ) {
        self.source = source
        self.sink = sink
        self.conditions = conditions
        self.random = random
        self.record = record
        incidents = Self.ordered(conditions)
    }

    private static func ordered(_ conditions: LinkConditions) -> [LinkConditions.Incident] {
        conditions.incidents.sorted { $0.position > $1.position }
    }

    /// Other conditions from here on. What stood still goes on; what was swallowed is lost.
    func change(to conditions: LinkConditions, random: SeededRandomness) {
        self.conditions = conditions
        self.random = random
        incidents = Self.ordered(conditions)
        position = 0
        segment = 0
        passed = []
        isStalled = false
        isSwallowing = false
        pump()
    }

    // MARK: From the source

    func arrived(_ bytes: ByteBuffer) {
        let now = NIODeadline.now()
        let least = conditions.delay.lowerBound.nanoseconds
        let delay = Int64.random(in: least...conditions.delay.upperBound.nanoseconds, using: &random)
        var due = now + .nanoseconds(delay)
        if let gathering = conditions.gathering?.nanoseconds, gathering > 0 {
            let step = UInt64(gathering)
            due = .uptimeNanoseconds((due.uptimeNanoseconds / step + 1) * step)
        }
        lastDue = max(due, lastDue)
        queue.append((lastDue, bytes))
        held += bytes.readableBytes
    }

    func readEnded() {
        isReading = false
        pump()
    }

    /// The sender has said its last, or its socket is gone altogether.
    func sourceEnded(whole: Bool) {
        ending = whole ? .whole : (ending ?? .half)
        pump()
    }

    /// Nobody is left to send to.
    func sinkEnded() {
        finish()
    }

    private func finish() {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        queue.removeAll()
        held = 0
        onOver?()
    }

    // MARK: To the sink

    /// Passes on what may pass now, and reads on.
    func pump() {
        guard !isPumping, !isOver else { return }
        isPumping = true
        while !isStalled, !isOver, let next = queue.first, sink.isWritable || isSwallowing {
            let due = max(next.due, lineIsFree)
            guard due <= NIODeadline.now() else {
                wake(at: due)
                break
            }
            passFirst()
        }
        isPumping = false
        if !isOver { sink.flush() }
        guard !isOver, !isStalled else { return }
        if queue.isEmpty, let ending, !isSwallowing {
            if ending == .whole { sink.close(promise: nil) } else { sink.close(mode: .output, promise: nil) }
            return finish()
        }
        guard !isReading, ending == nil, held < Self.mostHeld else { return }
        isReading = true
        source.read()
    }

    private func wake(at due: NIODeadline) {
        timer?.cancel()
        timer = source.eventLoop.scheduleTask(deadline: due) { self.pump() }
    }

    /// Passes on as much of the first piece as goes in one, up to the next incident.
    private func passFirst() {
        if let incident = incidents.last, incident.position <= position {
            incidents.removeLast()
            return happen(incident.fault)
        }
        var count = queue[queue.startIndex].bytes.readableBytes
        if let incident = incidents.last { count = min(count, incident.position - position) }
        if let largest = conditions.largestSegment {
            if segment == 0 { segment = nextSegment(upTo: largest) }
            count = min(count, segment)
            segment -= count
        }
        if let rate = conditions.octetsPerSecond {
            count = min(count, max(1, Int(Int64(rate) * Self.throttleStep / 1_000_000_000)))
            let takes = Int64(count) * 1_000_000_000 / Int64(max(1, rate))
            lineIsFree = max(lineIsFree, .now()) + .nanoseconds(takes)
        }
        guard let piece = take(count) else { return }
        position += count
        guard !isSwallowing else { return }
        keep(piece)
        sink.write(piece, promise: nil)
        if conditions.largestSegment != nil || conditions.octetsPerSecond != nil { sink.flush() }
    }

    private func take(_ count: Int) -> ByteBuffer? {
        let piece = queue[queue.startIndex].bytes.readSlice(length: count)
        if queue[queue.startIndex].bytes.readableBytes == 0 { queue.removeFirst() }
        held -= count
        return piece
    }

    /// From 1 to `largest`, each power of two as likely as the next.
    private func nextSegment(upTo largest: Int) -> Int {
        let bits = Int.random(in: 0...(Int.bitWidth - 1 - largest.leadingZeroBitCount), using: &random)
        return Int.random(in: 1...min(largest, 2 << bits), using: &random)
    }

    private func keep(_ piece: ByteBuffer) {
        let needs = incidents.contains { if case .again = $0.fault { true } else { false } }
        guard needs else { return }
        passed += piece.readableBytesView
        if passed.count > LinkConditions.mostRepeated {
            passed.removeFirst(passed.count - LinkConditions.mostRepeated)
        }
    }

    // MARK: Incidents

    private func happen(_ fault: LinkConditions.Fault) {
        record(fault)
        switch fault {
        case .finish:
            sink.flush()
            sink.close(mode: .output, promise: nil)
            finish()
        case .reset:
            sink.flush()
            ProxyLink.reset(sink)
            ProxyLink.reset(source)
        case .corrupt(let bits):
            let at = queue[queue.startIndex].bytes.readerIndex
            guard let octet: UInt8 = queue[queue.startIndex].bytes.getInteger(at: at) else { return }
            queue[queue.startIndex].bytes.setInteger(octet ^ bits, at: at)
        case .again(let count):
            sink.write(ByteBuffer(bytes: passed.suffix(count)), promise: nil)
        case .stall: isStalled = true
        case .swallow: isSwallowing = true
        }
    }

    /// Ends a socket without FIN: with no time to linger the kernel sends RST (socket(7)).
    static func reset(_ channel: any Channel) {
        let now = linger(l_onoff: 1, l_linger: 0)
        // Set at once on the loop; a socket that is gone already needs no reset.
        if let socket = channel as? any SocketOptionProvider { _ = socket.setSoLinger(now) }
        channel.close(promise: nil)
    }
}
