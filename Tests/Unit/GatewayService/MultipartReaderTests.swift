// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import TestKit
import Testing

struct MultipartReaderTests {
    private static let type = "multipart/form-data; boundary=XX"

    /// Everything a body says, with contents joined, however it was cut.
    private func read(_ body: [UInt8], piece: Int, type: String = type) throws -> [MultipartReader.Event] {
        var reader = try MultipartReader(contentType: type)
        var events: [MultipartReader.Event] = []
        for start in stride(from: 0, to: body.count, by: piece) {
            for event in try reader.read(body[start..<min(start + piece, body.count)]) {
                if case .content(let more) = event, case .content(let before) = events.last {
                    events[events.count - 1] = .content(before + more)
                } else {
                    events.append(event)
                }
            }
        }
        try reader.finish()
        return events
    }

    private static let upload = [
        "--XX", "Content-Disposition: form-data; name=\"purpose\"", "", "assistants", "--XX",
        "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\\\docs\\\\a b.md\"",
        "Content-Type: text/markdown; charset=utf-8", "", "line\r\n--XY\r\n-\r\n\r\n--X", "--XX",
        "content-disposition: form-data; name=empty", "", "", "--XX--", "trailing",
    ].joined(separator: "\r\n")

    static let expected: [MultipartReader.Event] = [
        .partBegan(MultipartPart(name: "purpose")), .content(Array("assistants".utf8)), .partEnded,
        .partBegan(MultipartPart(name: "file", filename: "a b.md", mediaType: "text/markdown")),
        .content(Array("line\r\n--XY\r\n-\r\n\r\n--X".utf8)), .partEnded, .partBegan(MultipartPart(name: "empty")),
        .partEnded, .ended,
    ]

    /// Goal: where the network cuts a body makes no difference. Method: every piece size up to the whole.
    @Test func everyCutGivesTheSameEvents() throws {
        let body = Array(Self.upload.utf8)
        for piece in 1...body.count {
            #expect(try read(body, piece: piece) == Self.expected, "in pieces of \(piece)")
        }
    }

    @Test(arguments: [
        ("filename=\"na%22me.md\"", "na\"me.md"), ("filename=\"../../etc/passwd\"", "passwd"),
        ("filename=\"x\"; filename*=UTF-8''%e2%82%ac%20rates.md", "€ rates.md"), ("filename=\"..\"", ""),
        ("filename=plain.txt", "plain.txt"), ("filename=\"a\\\"b.txt\"", "a\"b.txt"),
    ])
    func fileNamesAreCleaned(_ parameter: String, _ name: String) throws {
        let body = "--XX\r\nContent-Disposition: form-data; name=\"file\"; \(parameter)\r\n\r\nx\r\n--XX--\r\n"
        let events = try read(Array(body.utf8), piece: 7)
        #expect(events.first == .partBegan(MultipartPart(name: "file", filename: name)))
    }

    @Test(arguments: [
        ("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", MultipartReader.Refusal.endsTooEarly),
        ("", .endsTooEarly), ("--XXgarbage\r\n", .badDelimiter), ("--XX\r\nno colon\r\n\r\nx\r\n--XX--", .badHeader),
        ("--XX\r\nContent-Disposition: attachment\r\n\r\nx\r\n--XX--", .badHeader),
        ("--XX\r\n\r\nx\r\n--XX--", .badHeader),
        (String(repeating: "x", count: 5_000), .preambleTooLong),
        ("--XX\r\nA: " + String(repeating: "x", count: 20_000), .headerTooLong),
        (
            String(repeating: "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n", count: 17) + "--XX--",
            .tooManyParts
        ),
    ])
    func hostileBodiesAreRefused(_ body: String, _ refusal: MultipartReader.Refusal) {
        #expect(throws: refusal) { try read(Array(body.utf8), piece: 1_000) }
    }

    /// Goal: whether a body is refused does not depend on how it was cut on its way.
    @Test(arguments: [1, 7, 1_000, 10_000])
    func aLongPreambleIsRefusedHoweverItArrives(piece: Int) throws {
        let form = "\r\n--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--XX--"
        let most = MultipartReader.maximumPreambleBytes - 2  // The reader puts a line end of its own in front.
        _ = try read(Array((String(repeating: "x", count: most) + form).utf8), piece: piece)
        #expect(throws: MultipartReader.Refusal.preambleTooLong) {
            try read(Array((String(repeating: "x", count: most + 1) + form).utf8), piece: piece)
        }
    }

    @Test(arguments: [
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a\nb\"",
        "multipart/form-data; boundary=" + String(repeating: "x", count: 71),
    ])
    func boundaryMustBeSane(_ type: String) {
        #expect(throws: MultipartReader.Refusal.badBoundary) { try MultipartReader(contentType: type) }
    }

    @Test func quotedBoundaryIsUnderstood() throws {
        let events = try read(
            Array("--a b\r\nContent-Disposition: form-data; name=n\r\n\r\nv\r\n--a b--".utf8), piece: 5,
            type: "Multipart/Form-Data; charset=x; Boundary=\"a b\"")
        #expect(events == [.partBegan(MultipartPart(name: "n")), .content([0x76]), .partEnded, .ended])
    }

    /// Goal: no body makes the reader trap or keep what it has handed on. Method: seeded mutations, cut at random.
    @Test func mutatedBodiesNeverTrap() {
        var random = SeededRandomness(seed: 11)
        for _ in 0..<5_000 {
            var body = Array(Self.upload.utf8)
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                body[Int.random(in: 0..<body.count, using: &random)] =
                    [0x0D, 0x0A, 0x2D, 0x58, 0, 0xFF]
                    .randomElement(using: &random) ?? 0
            }
            // What comes out does not matter here, only that something does.
            _ = try? read(body, piece: Int.random(in: 1...64, using: &random))
        }
    }
}
