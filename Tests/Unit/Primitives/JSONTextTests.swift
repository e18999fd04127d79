// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

struct JSONTextTests {
    /// Goal: what was read is written as it stood: members in their order, nothing added or dropped.
    @Test(arguments: [
        #"{"z":1,"a":[true,false,null],"m":{"y":"é \"q\" \\ \n\t","b":[]},"d":-1.5}"#, #""\u0001""#, "[]", "{}", "0",
        #"{"a":1,"a":2}"#,
    ])
    func aDocumentStaysAsItIs(_ text: String) throws {
        #expect(String(decoding: try JSONReader.read(text).text, as: UTF8.self) == text)
    }

    @Test func blanksAndEscapesAreWrittenOneWay() throws {
        let value = try JSONReader.read(#" { "a" : "\u0041\/" , "b" : 1e2 } "#)
        #expect(String(decoding: value.text, as: UTF8.self) == #"{"a":"A/","b":100.0}"#)
    }
}
