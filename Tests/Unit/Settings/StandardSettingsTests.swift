// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Settings
import Testing

@Suite struct StandardSettingsTests {
    private func load(_ service: PeerName, _ arguments: [String]) throws -> StandardSettings {
        var reader = try SettingsReader(arguments: ["sample"] + arguments, environment: [:])
        let settings = StandardSettings(&reader, service: service)
        try reader.finish()
        return settings
    }

    private func identity(in folder: URL) throws -> [String] {
        try ["certificate", "key", "authority"].flatMap { name in
            ["--tls-\(name)", try write("x", to: name, in: folder)]
        }
    }

    @Test func portsComeFromThePortTable() throws {
        try withFolder { folder in
            let auth = try load(.auth, identity(in: folder))
            #expect(auth.listen.port == 7101)
            #expect(auth.health.port == 7151)
            #expect(auth.peers[.modelWorker] == [PeerPlace(HostAndPort(host: "127.0.0.1", port: 7601))])
            #expect(auth.postgres.user == "parley_auth")
            let replica = try load(.auth, identity(in: folder) + ["--listen-port", "7111"])
            #expect(replica.health.port == 7161)
            #expect(replica.instance == "auth-7111")
        }
    }

    @Test func peersAreListsOfAddresses() throws {
        try withFolder { folder in
            let flags = ["--peers-model-worker", "127.0.0.1:7601,127.0.0.1:7602"]
            let settings = try load(.orchestrator, identity(in: folder) + flags)
            #expect(settings.peers[.modelWorker]?.map(\.port) == [7601, 7602])
        }
    }

    @Test func aPeerMayBeEveryAddressOfAName() throws {
        try withFolder { folder in
            let flags = ["--peers-model-worker", "dns:model-worker.parley.svc:7601,127.0.0.1:7602"]
            let places = try load(.orchestrator, identity(in: folder) + flags).peers[.modelWorker]
            #expect(places?.map(\.isEveryAddress) == [true, false])
            #expect(places?.map(\.description) == ["dns:model-worker.parley.svc:7601", "127.0.0.1:7602"])
            let wrong = #expect(throws: SettingsFailure.self) {
                try load(.orchestrator, identity(in: folder) + ["--peers-model-worker", "dns:10.0.0.1:7601"])
            }
            #expect(wrong?.description.contains("dns:name:port") == true)
        }
    }

    @Test(arguments: [
        ("dns:worker:1", true), ("dns:a.b-c.d_e.:65535", true), ("dns:3com.example:1", true), ("dns:7101", false),
        ("dns:worker", nil), ("dns:worker:0", nil), ("dns::1", nil), ("dns:[::1]:1", nil), ("dns:127.0.0.1:1", nil),
        ("dns:-a:1", nil), ("dns:a..b:1", nil), ("dns:a b:1", nil), ("dns:dns:a:1", nil), ("worker:1", false),
    ])
    func aNameIsANameAndAPort(text: String, expected: Bool?) {
        #expect(PeerPlace(text)?.isEveryAddress == expected)
    }

    @Test func aZoneFitsThePreface() throws {
        try withFolder { folder in
            let flags = try identity(in: folder)
            #expect(try load(.auth, flags).zone == .unknown)
            #expect(try load(.auth, flags + ["--zone", "eu-1"]).zone == Zone("eu-1"))
            let long = String(repeating: "x", count: 33)
            #expect(throws: SettingsFailure.self) { try load(.auth, flags + ["--zone", long]) }
        }
    }

    @Test func identityMustBeGiven() {
        #expect(throws: SettingsFailure.self) { try load(.auth, []) }
    }

    @Test(arguments: [
        ("a:1", HostAndPort(host: "a", port: 1)), ("[::1]:7101", HostAndPort(host: "::1", port: 7101)),
        ("a", nil), ("a:0", nil), ("a:65536", nil), (":1", nil), ("::1:5", nil), ("a b:1", nil),
    ])
    func addressesAreHostColonPort(text: String, expected: HostAndPort?) {
        #expect(HostAndPort(text) == expected)
    }

    @Test(arguments: [
        ("listen.prt", "listen.port"), ("redis.hst", "redis.host"), ("elephant", nil),
    ])
    func nearestNameIsASlipOfTheHand(name: String, expected: String?) {
        #expect(NearestName.hint(for: name, among: ["listen.port", "redis.host", "names"]) == expected)
    }
}
