// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Primitives

/// An id on the command line, in the usual 8-4-4-4-12 form.
extension Identifier: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
