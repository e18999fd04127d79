// SPDX-License-Identifier: Apache-2.0

package import ArgumentParser
import Clients
import Primitives
import Wire

/// `wire-dump`: what a captured connection said, frame by frame.
package struct WireDumpCommand<Tool: AdminTool>: ParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "wire-dump", abstract: "Shows a capture of `call --capture` frame by frame.",
            discussion: """
                A line a frame: seconds since the capture began, its way, type, call, method and facts; credit is what \
                the sender may send after it, and after a CREDIT what the other end may. A line with ! names a rule \
                that the frame broke. Needs no service.

                Exits with 0, 64 for a file that cannot be read, and 65 for one that is no capture, is damaged or ends \
                within a frame; what could be read is shown first.
                """)
    }

    @Argument(help: "The capture.", completion: .file())
    var file: String

    @Option(help: "What is shown of messages and tokens: nothing, their size, or what they say.")
    var payload: PayloadDetail = .size

    @Option(help: "Only this call's frames; 0 is the connection's own.")
    var stream: UInt32?

    @Option(help: "Only this method's calls.", completion: .list(MethodCatalogue.all.map(\.name)))
    var method: String?

    @Option(help: "Only these types, separated by commas: preface, open, data, end, cancel, credit, …")
    var type: String?

    @Flag(help: "Print one JSON object a frame.")
    var json = false

    package init() {}

    package mutating func validate() throws {
        if let method { _ = try MethodName.find(method) }
        let known = FrameType.words + ["preface", "connection"]
        for type in types ?? [] where !known.contains(type) && !type.hasPrefix("type_") {
            throw ValidationError("--type is some of \(known.joined(separator: ", ")), or type_N.")
        }
    }

    private var types: Set<String>? { type.map { Set($0.lowercased().split(separator: ",").map(String.init)) } }

    package func run() throws {
        let status = status(AdminReport.toTerminal)
        if status != AdminExit.ok { throw ArgumentParser.ExitCode(status) }
    }

    /// The verb's whole run, as the status it would exit with.
    package func status(_ write: @escaping @Sendable (String, AdminReport.Stream) -> Void) -> Int32 {
        let report = AdminReport(
            tool: Tool.service.admin.rawValue, verb: "wire-dump", isJSON: json, isApplied: false, write: write)
        guard let source = CaptureFileSource(file) else {
            report.note("\(file) cannot be read.")
            return AdminExit.usage
        }
        var decoder = WireDecoder(detail: payload)
        let types = types
        do throws(CaptureFailure) {
            var reader = try CaptureReader { source.read($0) }
            while let record = try reader.next() {
                decoder.take(record) { frame in
                    guard isWanted(frame, types) else { return }
                    for line in json ? [frame.json] : frame.lines { report.line(line) }
                }
            }
        } catch {
            report.note("\(error)")
            return AdminExit.badData
        }
        guard let remainder = decoder.remainder else { return AdminExit.ok }
        report.note(remainder)
        return AdminExit.badData
    }

    private func isWanted(_ frame: DumpedFrame, _ types: Set<String>?) -> Bool {
        (stream == nil || frame.stream == stream) && (method == nil || frame.method == method)
            && (types?.contains(frame.type) ?? true)
    }
}
