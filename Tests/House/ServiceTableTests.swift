// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Goal: `Deploy/services.json` is the one table of services and ports, and whatever repeats a row of it agrees.
@Suite struct ServiceTableTests {
    struct Row: Decodable {
        var name: String
        var port: Int
        var ports: [String: Int]?
        var instanceOffset: Int?
        var healthPort: Int { (ports?["https"] ?? port) + 50 }
        var everyPort: [Int] { [port, healthPort] + (ports?.values.sorted() ?? []) }
    }
    private struct Table: Decodable { var services: [Row] }

    static func rows() throws -> [Row] {
        let file = Repository.root.appendingPathComponent("Deploy/services.json")
        return try JSONDecoder().decode(Table.self, from: Data(contentsOf: file)).services
    }

    @Test func everyServiceHasARowAndAFolder() throws {
        let folders = Set(Repository.names(in: "Services").map { $0.lowercased() })
        #expect(try Set(Self.rows().map { $0.name.filter { $0 != "-" } }) == folders)
    }

    @Test func noPortIsGivenTwiceEvenWithReplicas() throws {
        var taken: [Int: String] = [:]
        for row in try Self.rows() {
            for instance in 0..<4 {
                for port in row.everyPort.map({ $0 + instance * (row.instanceOffset ?? 10) }) {
                    let name = "\(row.name)-\(instance + 1)"
                    #expect(taken[port] == nil, "\(name) and \(taken[port] ?? "") share port \(port)")
                    taken[port] = name
                }
            }
        }
    }

    @Test func theDefaultsOfTheSettingsAreTheTable() throws {
        let settings = try #require(SourceFile("Shared/Settings/StandardSettings.swift"))
        for row in try Self.rows() {
            let words = row.name.split(separator: "-")
            let name = (words.first.map(String.init) ?? "") + words.dropFirst().map(\.capitalized).joined()
            #expect(settings.text.contains("case .\(name): \(row.port)\n"), "\(row.name) has another default port")
        }
    }

    @Test func composeRunsEveryService() throws {
        let compose = try #require(SourceFile("docker-compose.yml"))
        for row in try Self.rows() {
            #expect(compose.text.contains("\n  \(row.name):\n"), "docker-compose.yml lacks \(row.name)")
        }
    }
}
