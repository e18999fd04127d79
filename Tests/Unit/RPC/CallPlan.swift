// SPDX-License-Identifier: Apache-2.0

import Primitives
import Wire

/// One call of a schedule: what its caller does and what its handler does. Both read it, and what the caller must
/// hear follows from it.
struct CallPlan: Sendable {
    enum Kind: CaseIterable { case read, change, follow, talk }
    /// How a handler ends, after what it has to send.
    enum Work: Int { case answers, fails, crashes, waits }
    /// What the caller does besides.
    enum Whim: Hashable {
        case none
        /// Its task is cancelled when it has read so many elements.
        case cancels(Int)
        /// It leaves the stream in peace after so many.
        case leaves(Int)
        /// It has so few milliseconds.
        case hurries(Int)
    }

    var name: String
    var client: Int
    var kind: Kind
    var work = Work.answers
    var whim = Whim.none
    /// Octets of the request, of each element, and how many of them there are.
    var asked = 0
    var size = 0
    var count = 0
    /// A reader's pause after each element, in calls; a writer's before each, in turns of its loop.
    var readerPause = 0
    var writerPause = 0
    /// Talks: the caller waits for each echo before it writes on; else it writes all, closes its half, and reads
    /// meanwhile.
    var isInStep = false
    /// Talks: the server ends first, after half of what the caller would say.
    var serverEndsFirst = false

    static let longest = WireLimits.standard.messageBytes
    /// What calls have that are in no hurry.
    static let patience = Duration.seconds(40)

    /// What the caller says first: the handler's part. As long as it should be, or as it must.
    var request: String {
        let part = "\(name)|\(work.rawValue)|\(size)|\(count)|\(writerPause)|\(serverEndsFirst ? 1 : 0)|"
        return part + String(repeating: ".", count: max(0, asked - part.utf8.count))
    }

    /// The handler's part of a request.
    init?(reading request: String) {
        let fields = request.split(separator: "|", maxSplits: 6, omittingEmptySubsequences: false)
        guard fields.count == 7, let work = Int(fields[1]).flatMap(Work.init), let size = Int(fields[2]),
            let count = Int(fields[3]), let pause = Int(fields[4])
        else { return nil }
        self.init(name: String(fields[0]), client: 0, kind: .read)
        (self.work, self.size, self.count, writerPause) = (work, size, count, pause)
        serverEndsFirst = fields[5] == "1"
    }

    init(name: String, client: Int, kind: Kind) {
        self.name = name
        self.client = client
        self.kind = kind
    }

    func element(_ index: Int) -> String {
        let mark = "\(name) \(index) "
        guard size > mark.utf8.count else { return String(mark.prefix(size)) }
        return mark + String(repeating: ".", count: size - mark.utf8.count)
    }

    // MARK: The model

    static let farewell = "bye"
    private var isUnary: Bool { kind == .read || kind == .change }
    private var isTooLarge: Bool { asked > Self.longest }
    /// Elements of a handler that nobody stops.
    var whole: Int {
        switch kind {
        case .read, .change: work == .answers ? 1 : 0
        case .follow: count
        case .talk: serverEndsFirst ? count / 2 : count + 1
        }
    }
    func expected(_ index: Int) -> String {
        kind == .talk && !serverEndsFirst && index == count ? Self.farewell : element(index)
    }

    /// How it would end if only the handler decided; nil for one that waits for ever.
    private var ownEnd: StatusCode? {
        switch work {
        case .answers: .ok
        case .fails: .aborted
        case .crashes: .internal
        case .waits: nil
        }
    }

    /// The ends that it may have: exactly one where time does not decide.
    var ends: Set<StatusCode> {
        let own = isTooLarge ? StatusCode.resourceExhausted : ownEnd
        var ends = Set([own].compactMap(\.self))
        switch whim {
        case .none: break
        case .cancels: ends.insert(.cancelled)
        case .leaves: return [.ok]
        case .hurries: ends.insert(.deadlineExceeded)
        }
        return ends
    }

    /// What is wrong with how it went; nil for nothing.
    /// - Parameter failure: nil when it ended well.
    func complaint(_ failure: Failure?, heard: Int) -> String? {
        let code = failure?.code ?? .ok
        // What waits for a connection until its deadline says so.
        let isLate = if case .hurries = whim { failure?.reason == "no_connection" } else { false }
        guard ends.contains(code) || isLate else {
            return "ends with \(failure.map { "\($0)" } ?? "ok"), not \(ends)"
        }
        if case .leaves(let count) = whim { return heard == count ? nil : "left after \(heard)" }
        guard code == ownEnd, heard != whole else { return nil }
        return "ends with \(code) after \(heard) of \(whole) elements"
    }
}

extension CallPlan {
    private static let sizes = [0, 1, 60, 60, 60, 1_000, 20_000, 70_000, 300_000]

    /// Any call.
    init(number: Int, random: inout some RandomNumberGenerator) {
        func chance(_ one: Int, _ random: inout some RandomNumberGenerator) -> Bool {
            Int.random(in: 0..<one, using: &random) == 0
        }
        self.init(
            name: "n\(number)", client: .random(in: 0...1, using: &random),
            kind: Kind.allCases[.random(in: 0...3, using: &random)])
        asked = Self.sizes[.random(in: 0..<Self.sizes.count, using: &random)]
        size = Self.sizes[.random(in: 0..<Self.sizes.count, using: &random)]
        count = .random(in: 0...(size > 20_000 ? 6 : 40), using: &random)
        if isUnary, chance(20, &random) { asked = Self.longest + .random(in: 0...1, using: &random) }
        if chance(40, &random) { (size, count) = (Self.longest, 1) }
        if chance(3, &random) { work = Work(rawValue: .random(in: 1...3, using: &random)) ?? .fails }
        if chance(4, &random) { readerPause = .random(in: 1...3, using: &random) }
        if chance(4, &random) { writerPause = .random(in: 1...20, using: &random) }
        (isInStep, serverEndsFirst) = (.random(using: &random), .random(using: &random))
        switch Int.random(in: 0...5, using: &random) {
        case 0: whim = .cancels(.random(in: 0...whole, using: &random))
        case 1 where !isUnary: whim = .leaves(.random(in: 0...whole, using: &random))
        case 2: whim = .hurries(.random(in: 5...80, using: &random))
        // One that waits for ever needs somebody who ends it.
        default: if work == .waits { whim = .hurries(.random(in: 20...80, using: &random)) }
        }
    }
}
