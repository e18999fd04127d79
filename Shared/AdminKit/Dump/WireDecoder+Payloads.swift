// SPDX-License-Identifier: Apache-2.0

import MessageJSON
import Messages
import Primitives
import Wire

/// What payloads hold. Texts of people are shown only when they are asked for, secrets never.
extension WireDecoder {
    /// Ids and names; of the pairs only the keys, since anything may stand in their values.
    func metadata(_ octets: ArraySlice<UInt8>, _ frame: inout DumpedFrame) {
        frame.add("metadata_octets", octets.count)
        let read = octets.withUnsafeBytes { bytes in
            Result { () throws(WireViolation) in try MetadataBlock.decode(bytes) }
        }
        switch read {
        case .failure(let violation): frame.violations.append(violation.kind.rawValue)
        case .success(let metadata):
            if !metadata.requestID.isEmpty { frame.add("request_id", metadata.requestID) }
            if let trace = metadata.trace { frame.add("trace", trace.traceparent) }
            if let principal = metadata.principal {
                frame.add("organisation", "\(principal.organisation)")
                frame.add("project", "\(principal.project)")
                frame.add("user", "\(principal.user)")
                if let key = principal.key { frame.add("key_id", "\(key)") }
                frame.add("plan", principal.plan.rawValue)
                if !principal.scopes.isEmpty { frame.add("scopes", principal.scopes.joined(separator: ",")) }
            }
            if !metadata.pairs.isEmpty { frame.add("pairs", metadata.pairs.keys.sorted().joined(separator: ",")) }
        }
    }

    func show(_ octets: ArraySlice<UInt8>, of type: (any BinaryMessage.Type)?, _ frame: inout DumpedFrame) {
        guard octets.count <= MessageJSONLimits.messageBytes else {
            frame.violations.append("message_too_large")
            return
        }
        switch detail {
        case .none: break
        case .size: frame.add("message_octets", octets.count)
        case .json:
            guard let type, let schema = MessageSchema.named(type.messageName) else {
                return frame.add("message_octets", octets.count)
            }
            do throws(MessageJSONFailure) {
                frame.add("message", json: try MessageShowing(showsSecrets: false).json(Array(octets), of: schema))
            } catch {
                frame.violations.append("undecodable: \(error)")
            }
        }
    }

    func tokens(_ octets: ArraySlice<UInt8>, _ frame: inout DumpedFrame) {
        let read = octets.withUnsafeBytes { bytes in
            Result { () throws(WireViolation) in try TokenHeader(reading: bytes) }
        }
        guard let header = try? read.get() else {
            frame.violations.append("undecodable: not a token chunk")
            return
        }
        frame.add("seq", header.seq)
        frame.add("count", header.count)
        let text = octets.dropFirst(TokenHeader.size).dropLast(header.idBytes)
        if detail != .none { frame.add("text_octets", text.count) }
        if header.hasIDs { frame.add("ids", "yes") }
        guard detail == .json else { return }
        guard let valid = String(validating: text, as: UTF8.self) else {
            frame.violations.append("undecodable: the text is not UTF-8")
            return
        }
        frame.add("text", valid)
    }

    func failure(_ octets: ArraySlice<UInt8>, _ status: StatusCode, _ frame: inout DumpedFrame) {
        let read = octets.withUnsafeBytes { bytes in
            Result { () throws(WireViolation) in try FailurePayload.decode(bytes, code: status) }
        }
        switch read {
        case .failure(let violation): frame.violations.append(violation.kind.rawValue)
        case .success(let failure):
            if !failure.reason.isEmpty { frame.add("reason", failure.reason) }
            if !failure.message.isEmpty { frame.add("says", failure.message) }
            switch failure.retry {
            case .never: break
            case .now: frame.add("retry", "now")
            case .after(let wait): frame.add("retry_after_ms", wait.milliseconds)
            }
        }
    }
}
