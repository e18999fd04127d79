// SPDX-License-Identifier: Apache-2.0

import Clients
import Primitives
import RPC
import Wire

/// What each type of frame says and does.
extension WireDecoder {
    /// Tells a whole frame's facts, and what it does to its call and to credit.
    mutating func read(_ header: FrameHeader, _ payload: ArraySlice<UInt8>, _ frame: inout DumpedFrame) {
        if !header.flags.isEmpty { frame.add("flags", header.flags.words) }
        frame.add("length", header.length)
        if header.type == .open { nameMethod(header, &frame) }
        var limits = WireLimits.standard
        if let receiver = self[frame.way.other].preface {
            limits.frameBytes = receiver.frameBytes
        } else {
            frame.violations.append("frame before the receiver's preface")
        }
        guard frame.keeps({ () throws(WireViolation) in try header.check(limits: limits) }) else { return }
        switch header.type {
        case .open: open(header, payload, &frame)
        case .data: data(header, payload, &frame)
        case .end: end(header, payload, &frame)
        case .cancel: cancel(header, &frame)
        case .credit: credit(header, &frame)
        case .goAway: goAway(header, payload, &frame)
        default: break
        }
    }

    private func nameMethod(_ header: FrameHeader, _ frame: inout DumpedFrame) {
        frame.method = CallBook.methods[header.method]?.name
        if frame.method == nil { frame.add("method_number", header.method) }
    }

    // MARK: Calls

    private mutating func open(_ header: FrameHeader, _ payload: ArraySlice<UInt8>, _ frame: inout DumpedFrame) {
        if header.value != UInt32.max { frame.add("left_ms", header.value) }
        guard frame.way == .toServer else {
            frame.violations.append(WireViolation.Kind.frameForClosedSide.rawValue)
            return
        }
        let method = CallBook.methods[header.method]
        var call = CallBook.Call(
            method: method, phase: StreamPhase(callerIsDone: header.flags.contains(.lastFromCaller)))
        call.toServer = self[.fromServer].preface.map { SendWindow(initial: $0.streamCredit) }
        call.fromServer = self[.toServer].preface.map { SendWindow(initial: $0.streamCredit) }
        frame.keeps { () throws(WireViolation) in try book.open(header.stream, call) }
        let start = payload.startIndex
        let count = Int(payload[start]) | Int(payload[start + 1]) << 8
        let rest = payload.dropFirst(2)
        guard count <= rest.count, count <= WireLimits.standard.metadataBytes else {
            frame.violations.append(WireViolation.Kind.badMetadata.rawValue)
            return spend(header, &frame)
        }
        metadata(rest.prefix(count), &frame)
        let message = rest.dropFirst(count)
        if header.flags.contains(.message) { show(message, of: method?.request, &frame) }
        if let method {
            let hasMessage = method.description.kind != .bidirectional
            let isFit =
                header.flags.contains(.message) == hasMessage
                && (hasMessage ? header.flags.contains(.lastFromCaller) : message.isEmpty)
            if !isFit { frame.violations.append("wrong_shape for a \(method.description.kind.rawValue) method") }
        }
        spend(header, &frame)
    }

    private mutating func data(_ header: FrameHeader, _ payload: ArraySlice<UInt8>, _ frame: inout DumpedFrame) {
        let call = found(header, &frame)
        if frame.way == .toServer, let call {
            frame.keeps { () throws(WireViolation) in try call.phase.receiveDataFromCaller() }
        }
        if header.flags.contains(.tokens) {
            tokens(payload, &frame)
        } else {
            show(payload, of: frame.way == .toServer ? call?.method?.request : call?.method?.response, &frame)
        }
        spend(header, &frame)
    }

    private mutating func end(_ header: FrameHeader, _ payload: ArraySlice<UInt8>, _ frame: inout DumpedFrame) {
        let call = found(header, &frame)
        guard frame.way == .fromServer else {
            if header.length != 0 || header.value != 0 || !header.flags.isEmpty {
                frame.violations.append(WireViolation.Kind.reservedBitsSet.rawValue)
            }
            guard var phase = call?.phase else { return }
            frame.keeps { () throws(WireViolation) in try phase.receiveEndFromCaller() }
            book[header.stream]?.phase = phase
            return
        }
        let status = StatusCode(rawValue: header.value)
        frame.add("status", "\(status)")
        if header.flags.contains(.message) {
            if status != .ok { frame.violations.append(WireViolation.Kind.badPayload.rawValue) }
            show(payload, of: call?.method?.response, &frame)
            spend(header, &frame)
        } else if header.length > FailurePayload.largest || status == .ok && header.length > 0 {
            frame.violations.append(WireViolation.Kind.badPayload.rawValue)
        } else if status != .ok {
            failure(payload, status, &frame)
        }
        book.close(header.stream)
    }

    private mutating func cancel(_ header: FrameHeader, _ frame: inout DumpedFrame) {
        frame.add("status", "\(StatusCode(rawValue: header.value))")
        guard frame.way == .toServer else {
            frame.violations.append(WireViolation.Kind.frameForClosedSide.rawValue)
            return
        }
        _ = found(header, &frame)
        book.close(header.stream)
    }

    /// The frame's call. One that is over is told to be; one that never was breaks a rule.
    private func found(_ header: FrameHeader, _ frame: inout DumpedFrame) -> CallBook.Call? {
        guard frame.keeps({ () throws(WireViolation) in try book.check(header.stream) }) else { return nil }
        guard let call = book[header.stream] else {
            frame.add("call", "over")
            return nil
        }
        frame.method = call.method?.name
        return call
    }

    // MARK: Credit

    /// Takes a payload off what its sender may send.
    private mutating func spend(_ header: FrameHeader, _ frame: inout DumpedFrame) {
        let length = Int(header.length)
        var isOpen = true
        if let credit = self[frame.way].credit {
            isOpen = credit.isOpen
            self[frame.way].credit?.spend(length)
            frame.add("connection_credit", credit.credit - Int64(CreditWindows.cost(length)))
        }
        if header.type == .data, let credit = book[header.stream]?[frame.way] {
            isOpen = isOpen && credit.isOpen
            book[header.stream]?[frame.way]?.spend(length)
            frame.add("stream_credit", credit.credit - Int64(CreditWindows.cost(length)))
        }
        if !isOpen { frame.violations.append(WireViolation.Kind.creditOverrun.rawValue) }
    }

    /// Adds to what the other end may send.
    private mutating func credit(_ header: FrameHeader, _ frame: inout DumpedFrame) {
        frame.add("granted", header.value)
        let sender = frame.way.other
        if header.stream == 0 {
            guard var credit = self[sender].credit else { return }
            frame.keeps { () throws(WireViolation) in try credit.grant(header.value) }
            self[sender].credit = credit
            frame.add("connection_credit", credit.credit)
        } else if let call = book[header.stream] {
            frame.method = call.method?.name
            guard var credit = call[sender] else { return }
            frame.keeps { () throws(WireViolation) in try credit.grant(header.value) }
            book[header.stream]?[sender] = credit
            frame.add("stream_credit", credit.credit)
        } else {
            frame.add("call", "over")
        }
    }

    private func goAway(_ header: FrameHeader, _ payload: ArraySlice<UInt8>, _ frame: inout DumpedFrame) {
        frame.add("status", "\(StatusCode(rawValue: header.value))")
        let last = payload.withUnsafeBytes { bytes in
            Result { () throws(WireViolation) in try GoAwayPayload.lastStream(bytes) }
        }
        if let last = try? last.get() { frame.add("last_stream", last) }
        frame.add("text", String(decoding: payload.dropFirst(4), as: UTF8.self))
    }
}

extension FrameFlags {
    /// As the protocol's page names them; bits without a name as a number.
    fileprivate var words: String {
        let names: [(FrameFlags, String)] = [(.lastFromCaller, "last"), (.message, "message"), (.tokens, "tokens")]
        var found = names.filter { contains($0.0) }.map(\.1)
        if rawValue & ~7 != 0 { found.append("0x" + String(rawValue & ~7, radix: 16)) }
        return found.joined(separator: ",")
    }
}
