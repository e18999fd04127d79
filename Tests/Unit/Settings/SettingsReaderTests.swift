// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Settings
import Testing

/// Settings as a service might have them.
private struct SampleSettings: ServiceSettings, Equatable {
    enum Mode: String, CaseIterable { case simulated, llama, upstream }
    var port: Int
    var lease: Duration
    var mode: Mode
    var names: [String]
    var isOn: Bool
    var share: Double

    init(_ reader: inout SettingsReader) {
        port = reader.int("listen.port", default: 7101, in: 1...65535, help: "Port.")
        lease = reader.duration("turn.lease_ms", default: .seconds(3), in: .zero ... .seconds(60), help: "Lease.")
        mode = reader.enumeration("engine.mode", default: .simulated, help: "Engine.")
        names = reader.list("names", default: ["a"], help: "Names.")
        isOn = reader.bool("is_on", default: false, help: "Switch.")
        share = reader.double("share", default: 0.5, in: 0...1, help: "Share.")
    }
}

private func load(
    _ arguments: [String] = [], environment: [String: String] = [:]
) throws -> SettingsOutcome<SampleSettings> {
    try SettingsLoader.load(
        program: "sample", arguments: ["sample"] + arguments, environment: environment, read: SampleSettings.init)
}

private func settings(_ arguments: [String] = [], environment: [String: String] = [:]) throws -> SampleSettings {
    guard case .loaded(let settings) = try load(arguments, environment: environment) else {
        throw CancellationError()
    }
    return settings
}

private func problems(_ arguments: [String] = [], environment: [String: String] = [:]) -> [SettingProblem] {
    do {
        _ = try load(arguments, environment: environment)
        return []
    } catch {
        return (error as? SettingsFailure)?.problems ?? []
    }
}

@Suite struct SettingsReaderTests {
    @Test func nothingGivenMeansDefaults() throws {
        let read = try settings()
        #expect(read.port == 7101)
        #expect(read.lease == .seconds(3))
        #expect(read.mode == .simulated)
        #expect(read.names == ["a"])
    }

    @Test func flagsWinOverEnvironmentOverFileOverDefault() throws {
        try withFolder { folder in
            let json = #"{"listen": {"port": 1}, "turn": {"lease_ms": 10}, "engine": {"mode": "llama"}}"#
            let file = try write(json, to: "c.json", in: folder)
            let environment = ["PARLEY_LISTEN_PORT": "2", "PARLEY_TURN_LEASE_MS": "20"]
            let read = try settings(["--config", file, "--listen-port", "3"], environment: environment)
            #expect(read.port == 3)
            #expect(read.lease == .milliseconds(20))
            #expect(read.mode == .llama)
            #expect(read.share == 0.5)
        }
    }

    @Test func listsComeAsArrayOrWithCommas() throws {
        try withFolder { folder in
            let array = try write(#"{"names": ["x", "y"]}"#, to: "a.json", in: folder)
            let text = try write(#"{"names": "x, y"}"#, to: "t.json", in: folder)
            #expect(try settings(["--config", array]).names == ["x", "y"])
            #expect(try settings(["--config", text]).names == ["x", "y"])
            #expect(try settings(["--names", "x,y"]).names == ["x", "y"])
            #expect(try settings(environment: ["PARLEY_NAMES": "x,y"]).names == ["x", "y"])
        }
    }

    @Test func allProblemsComeTogether() throws {
        try withFolder { folder in
            let file = try write(
                #"{"listen": {"port": "many"}, "engine": {"mode": "lama"}, "is_on": "perhaps"}"#, to: "c.json",
                in: folder)
            let found = problems(["--config=\(file)", "--turn-lease-ms", "90000"], environment: ["PARLEY_SHARE": "2"])
            #expect(found.map(\.key) == ["listen.port", "turn.lease_ms", "engine.mode", "is_on", "share"])
            #expect(found.map(\.found) == ["many", "90000", "lama", "perhaps", "2.0"])
            #expect(found[2].expected.contains("did you mean llama?"))
            #expect(found[0].place == file)
            #expect(found[1].place == "--turn-lease-ms")
            #expect(found[4].place == "PARLEY_SHARE")
        }
    }

    @Test func unknownKeyInTheFileIsRefusedWithTheNearestName() throws {
        try withFolder { folder in
            let file = try write(#"{"listen": {"prt": 1}, "zebra": 1}"#, to: "c.json", in: folder)
            let found = problems(["--config", file])
            #expect(found.map(\.key) == ["listen.prt", "zebra"])
            #expect(found[0].expected.contains("did you mean listen.port?"))
            #expect(!found[1].expected.contains("did you mean"))
        }
    }

    @Test func unknownFlagIsRefused() {
        #expect(problems(["--listen-prt", "1"]).map(\.key) == ["--listen-prt"])
    }

    @Test func adminToolsMayReadAPartOfTheFile() throws {
        try withFolder { folder in
            let file = try write(#"{"other": 1, "listen": {"port": 9}}"#, to: "c.json", in: folder)
            let outcome = try SettingsLoader.load(
                program: "sample", arguments: ["sample", "--config", file], environment: [:], unknownKeys: .ignored,
                read: SampleSettings.init)
            guard case .loaded(let read) = outcome else {
                Issue.record("no settings were loaded")
                return
            }
            #expect(read.port == 9)
        }
    }

    @Test func unreadableFileIsAProblemOfItsOwn() throws {
        #expect(problems(["--config", "/nowhere/c.json"]).map(\.key) == ["config"])
        try withFolder { folder in
            let broken = try write("{", to: "b.json", in: folder)
            let array = try write("[1]", to: "l.json", in: folder)
            #expect(problems(["--config", broken]).map(\.key) == ["config"])
            #expect(problems(["--config", array]).map(\.key) == ["config"])
        }
    }

    @Test func mapsNameTheirOwnKeys() throws {
        try withFolder { folder in
            let file = try write(#"{"models": {"a-1.5b": "/x", "b": ["y", "z"]}}"#, to: "c.json", in: folder)
            for (arguments, expected) in [
                (["--config", file], ["a-1.5b": "/x", "b": "y,z"]),
                (["--models", "c=/d,e=/f=g"], ["c": "/d", "e": "/f=g"]),
                (["--config", file, "--models", "c=d"], ["c": "d"]),
            ] {
                var reader = try SettingsReader(arguments: ["sample"] + arguments, environment: [:])
                #expect(reader.map("models", help: "") == expected)
                try reader.finish()
            }
        }
    }

    @Test func describeShowsEverySetting() throws {
        guard case .page(let page) = try load(["--describe-settings", "--listen-port", "wrong"]) else {
            Issue.record("no page was made")
            return
        }
        #expect(page.contains("turn.lease_ms  (whole number; in milliseconds; 0 to 60000; default 3000)"))
        #expect(page.contains("--turn-lease-ms  PARLEY_TURN_LEASE_MS"))
        #expect(page.contains("one of simulated, llama, upstream; default simulated"))
    }
}
