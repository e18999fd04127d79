// SPDX-License-Identifier: Apache-2.0

/// One entry of the list that says where a service is found.
package enum ServicePlace: Hashable, Sendable, CustomStringConvertible {
    /// One replica: of whatever the name resolves to when a connection is made.
    case address(ServiceAddress)
    /// A replica at every address of the name, as a Kubernetes headless service publishes them; the name is watched
    /// for as long as the process runs.
    case everyAddress(ofName: String, port: Int)

    package var description: String {
        switch self {
        case .address(let address): "\(address)"
        case .everyAddress(let name, let port): "dns:\(name):\(port)"
        }
    }
}

/// What is known of a list of places, and the addresses that follow from it.
struct PlaceBook {
    private let places: [ServicePlace]
    private var found: [[ServiceAddress]]

    init(_ places: [ServicePlace]) {
        var seen: Set<ServicePlace> = []
        self.places = places.filter { seen.insert($0).inserted }
        found = self.places.map { place in
            if case .address(let address) = place { [address] } else { [] }
        }
    }

    /// The names to watch, by the number of their place.
    var names: [(number: Int, name: String, port: Int)] {
        places.enumerated().compactMap { number, place in
            if case .everyAddress(let name, let port) = place { (number, name, port) } else { nil }
        }
    }

    /// Every address once, in the order of the list.
    var addresses: [ServiceAddress] {
        var seen: Set<ServiceAddress> = []
        return found.joined().filter { seen.insert($0).inserted }
    }

    func addresses(ofPlace number: Int) -> [ServiceAddress] { found[number] }

    mutating func learn(_ addresses: [ServiceAddress], ofPlace number: Int) { found[number] = addresses }

    /// The names that have told us of an address.
    func names(giving address: ServiceAddress) -> [Int] {
        names.map(\.number).filter { found[$0].contains(address) }
    }
}
