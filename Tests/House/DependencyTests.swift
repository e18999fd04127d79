// SPDX-License-Identifier: Apache-2.0

import Testing

/// Goal: the layers of ARCHITECTURE.md hold even where the build alone would let a wrong import pass.
/// Method: read the imports of every file and compare them with who may import what.
@Suite struct DependencyTests {
    /// Each C library has the targets that wrap it, and nobody else sees its types.
    static let owners: [Substring: Set<Substring>] = [
        "COpenSSL": ["TLS", "Cryptography"],
        "CPostgres": ["Postgres"],
        "CHiredis": ["Redis"],
        "CProtobuf": ["Messages"],
        "CMessages": ["Messages"],
        "CCrypt": ["Cryptography"],
        "CLlama": ["Llama"], "CLlamaChat": ["Llama"],
    ]
    static let services = Repository.names(in: "Services")

    @Test func cLibrariesAreSeenByTheirOwnersOnly() {
        for file in Repository.swift where file.folders.first != "Tests" {
            for module in file.imports {
                guard let owners = Self.owners[module] else { continue }
                let target = file.folders.dropFirst().first ?? ""
                #expect(owners.contains(target), "\(file.path) imports \(module), which belongs to \(owners.sorted())")
            }
        }
    }

    @Test func noServiceImportsAnother() {
        for file in Repository.swift where file.folders.first == "Services" {
            guard let own = file.folders.dropFirst().first else { continue }
            let foreign = Set(
                Self.services.filter { $0 != own }.flatMap { ["\($0)Service", "\($0)Domain"] })
            for module in file.imports {
                #expect(!foreign.contains(String(module)), "\(file.path) imports \(module): services meet in Proto")
            }
        }
    }

    @Test func domainsImportPrimitivesOnly() {
        let pure = ["Domain", "Scheduling"]
        for file in Repository.swift where file.folders.first == "Services" {
            guard file.folders.contains(where: { pure.contains(String($0)) }) else { continue }
            for module in file.imports {
                #expect(module == "Primitives", "\(file.path) imports \(module): a Domain is pure")
            }
        }
    }

    @Test func testKitIsForTests() {
        for file in Repository.swift where file.folders.first != "Tests" && !file.path.hasPrefix("Shared/TestKit/") {
            #expect(!file.imports.contains("TestKit"), "\(file.path) imports TestKit")
        }
    }
}
