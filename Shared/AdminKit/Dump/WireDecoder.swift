// SPDX-License-Identifier: Apache-2.0

import Primitives
import Wire

/// Makes frames of a capture's octets and holds them against the protocol's rules, with the code that the services
/// hold them against. Goes on after a broken rule where the next frame can still be found: what a peer did afterwards
/// is what its reader wants to know.
///
/// Credit is counted as seen where the capture was made. Frames that were on their way make a peer's view differ for a
/// moment, always so that less is called a violation.
struct WireDecoder {
    /// A longer frame is not waited for, whatever a preface allows: memory is bounded by the tool and not by its input.
    static let largestFrame = 16 << 20
    /// Calls followed at once; those above are shown without credit and method.
    static let mostCalls = 65_536

    /// One direction of a connection.
    struct Side {
        var pending: [UInt8] = []
        var preface: Preface?
        /// Of whoever sends this way; known when the receiver's preface is.
        var credit: SendWindow?
        /// The octets that follow make no sense.
        var isLost = false
    }

    let detail: PayloadDetail
    private var toServer = Side()
    private var fromServer = Side()
    var book = CallBook()
    private var first: UInt64?

    init(detail: PayloadDetail) { self.detail = detail }

    subscript(way: WireWay) -> Side {
        get { way == .toServer ? toServer : fromServer }
        set { if way == .toServer { toServer = newValue } else { fromServer = newValue } }
    }

    mutating func take(_ record: CaptureRecord, _ each: (DumpedFrame) -> Void) {
        let start = first ?? record.microseconds
        first = start
        // A damaged capture may go back in time.
        let time = record.microseconds > start ? record.microseconds - start : 0
        let way: WireWay
        switch record.kind {
        case .toServer: way = .toServer
        case .fromServer: way = .fromServer
        case .connection: return restart(time, each)
        }
        guard !self[way].isLost else { return }
        // Out of the way meanwhile, so that nothing is copied.
        var pending = self[way].pending
        self[way].pending = []
        pending += record.octets
        var used = 0
        while !self[way].isLost, let (frame, size) = next(pending[used...], way, time) {
            used += size
            each(frame)
        }
        if used > 0 { pending.removeFirst(used) }
        self[way].pending = self[way].isLost ? [] : pending
    }

    /// What is missing at the end of a capture; nil when the last frame is whole.
    var remainder: String? {
        for way in [WireWay.toServer, .fromServer] where !self[way].pending.isEmpty {
            return "The capture ends within a frame: \(self[way].pending.count) octets \(way.name) are left."
        }
        return nil
    }

    private mutating func restart(_ time: UInt64, _ each: (DumpedFrame) -> Void) {
        var frame = DumpedFrame(microseconds: time, way: .toServer, type: "connection")
        if let remainder { frame.add("before", remainder) }
        toServer = Side()
        fromServer = Side()
        book = CallBook()
        each(frame)
    }

    /// The preface or frame that `octets` begin with; nil while it is not whole.
    private mutating func next(
        _ octets: ArraySlice<UInt8>, _ way: WireWay, _ time: UInt64
    ) -> (frame: DumpedFrame, size: Int)? {
        guard !octets.isEmpty else { return nil }
        guard self[way].preface != nil else { return preface(octets, way, time) }
        guard octets.count >= FrameHeader.size,
            let header = octets.withUnsafeBytes({ $0.baseAddress.map { FrameHeader(reading: $0) } })
        else { return nil }
        var frame = DumpedFrame(microseconds: time, way: way, type: header.type.word, stream: header.stream)
        let size = FrameHeader.size + Int(header.length)
        guard header.length <= Self.largestFrame else {
            self[way].isLost = true
            frame.add("length", header.length)
            frame.violations = ["\(WireViolation.Kind.frameTooLong.rawValue); the rest \(way.name) is not decoded"]
            return (frame, octets.count)
        }
        guard octets.count >= size else { return nil }
        read(header, octets.dropFirst(FrameHeader.size).prefix(Int(header.length)), &frame)
        return (frame, size)
    }

    private mutating func preface(
        _ octets: ArraySlice<UInt8>, _ way: WireWay, _ time: UInt64
    ) -> (frame: DumpedFrame, size: Int)? {
        var frame = DumpedFrame(microseconds: time, way: way, type: "preface")
        do throws(WireViolation) {
            let read = octets.withUnsafeBytes { bytes in
                Result { () throws(WireViolation) in try Preface.read(bytes) }
            }
            guard let (preface, size) = try read.get() else { return nil }
            self[way].preface = preface
            self[way.other].credit = SendWindow(initial: preface.connectionCredit)
            frame.add("version", "\(preface.major).\(preface.minor)")
            frame.add("size", size)
            frame.add("features", preface.features)
            frame.add("frame_bytes", preface.frameBytes)
            frame.add("stream_credit", preface.streamCredit)
            frame.add("connection_credit", preface.connectionCredit)
            frame.add("concurrent_calls", preface.concurrentCalls)
            if preface.zone.isKnown { frame.add("zone", "\(preface.zone)") }
            return (frame, size)
        } catch {
            self[way].isLost = true
            frame.violations = ["\(error.kind.rawValue); the rest \(way.name) is not decoded"]
            return (frame, octets.count)
        }
    }
}

extension FrameType {
    /// As `--type` spells it.
    static let words = ["open", "data", "end", "cancel", "credit", "ping", "pong", "goaway"]

    var word: String {
        let index = Int(rawValue) - 1
        return Self.words.indices.contains(index) ? Self.words[index] : "type_\(rawValue)"
    }
}
