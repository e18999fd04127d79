// SPDX-License-Identifier: Apache-2.0

import Testing

/// Goal: a call has one name in its contract, its handler and its test, and no message can nest without end.
@Suite struct ContractTests {
    static let contracts = Repository.contracts.map(Contract.init)

    @Test func contractsAreRead() {
        #expect(
            Self.contracts.contains { contract in contract.calls.contains { $0.name == "VerifyKey" && $0.id == 0x0101 }
            })
    }

    @Test func methodIDsAreUniqueAndSixteenBits() {
        var seen: [Int: String] = [:]
        for contract in Self.contracts {
            for call in contract.calls {
                let place = "\(contract.file.path): \(call.name)"
                guard let id = call.id else {
                    Issue.record("\(place) has no `// id:` line")
                    continue
                }
                #expect((1...0xffff).contains(id), "\(place)")
                #expect(seen[id] == nil, "\(place) has the id of \(seen[id] ?? "")")
                seen[id] = place
            }
        }
    }

    /// protobuf-c unpacks recursively and without a depth limit: a recursive message lets a peer overflow our stack.
    @Test func noMessageContainsItself() {
        var fields: [String: Set<String>] = [:]
        for contract in Self.contracts { fields.merge(contract.fields) { $0.union($1) } }
        for message in fields.keys.sorted() {
            #expect(!Self.reaches(message, from: message, fields), "\(message) can contain itself")
        }
    }

    @Test func everyCallHasItsHandlerFile() {
        for (service, call) in Self.calls() {
            let path = "Services/\(service)/Handlers/\(call).swift"
            #expect(Repository.exists(path), "\(path) is missing")
        }
    }

    @Test func everyCallHasItsTestFile() {
        for (service, call) in Self.calls() {
            let places = [
                "Tests/Unit/\(service)Service/\(call)Tests.swift", "Tests/Integration/\(service)/\(call)Tests.swift",
            ]
            #expect(places.contains(where: Repository.exists), "none of \(places)")
        }
    }

    /// Service folder and call, for every call of every contract; `modelworker` is the folder `ModelWorker`.
    static func calls() -> [(service: String, call: String)] {
        let folders = Repository.names(in: "Services")
        return contracts.flatMap { contract -> [(String, String)] in
            let own = contract.file.folders.dropFirst().first ?? ""
            guard let folder = folders.first(where: { $0.lowercased() == own }) else { return [] }
            return contract.calls.map { (folder, $0.name) }
        }
    }

    static func reaches(_ wanted: String, from start: String, _ fields: [String: Set<String>]) -> Bool {
        var seen: Set<String> = []
        var waiting = Array(fields[start] ?? [])
        while let next = waiting.popLast() {
            if next == wanted { return true }
            if seen.insert(next).inserted { waiting += fields[next] ?? [] }
        }
        return false
    }
}
