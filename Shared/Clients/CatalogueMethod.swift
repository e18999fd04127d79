// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import RPC

/// A method as tools know it, which find it by its name and not by its Swift type.
package struct CatalogueMethod: Sendable {
    package let description: MethodDescription
    package let request: any BinaryMessage.Type
    package let response: any BinaryMessage.Type
    /// The statuses and reasons it fails with, as its contract names them.
    package let failures: String
    /// What it does, in the contract's words.
    package let doc: String

    package init<Q, R>(_ method: Method<Q, R>, failures: String, doc: String) {
        description = method.description
        request = Q.self
        response = R.self
        self.failures = failures
        self.doc = doc
    }

    package var name: String { description.name }

    /// The service that answers it: a name begins with its service's, less the hyphens.
    package var service: PeerName? {
        let folder = name.prefix { $0 != "." }
        return PeerName.services.first { $0.rawValue.filter { $0 != "-" } == folder }
    }
}

extension MethodCatalogue {
    package static func named(_ name: String) -> CatalogueMethod? { all.first { $0.name == name } }
}
