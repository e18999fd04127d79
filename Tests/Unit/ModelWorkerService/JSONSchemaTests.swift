// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives
import TestKit
import Testing

struct JSONSchemaTests {
    private func violation(_ document: String, _ schema: String) throws -> String? {
        JSONSchema(try JSONReader.read(schema)).violation(ofDocument: Array(document.utf8))
    }

    @Test(arguments: [
        (#"{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}"#, #"{"a":1}"#),
        (#"{"type":["string","null"]}"#, "null"), (#"{"enum":[1,"x"]}"#, "1.0"),
        (#"{"const":{"a":1,"b":2}}"#, #"{"b":2,"a":1}"#),
        (#"{"type":"integer"}"#, "3.0"), (#"{"type":"array","items":{"minimum":2},"maxItems":2}"#, "[2,3]"),
        (#"{"prefixItems":[{"type":"string"}],"items":{"type":"null"}}"#, #"["a",null]"#),
        (#"{"anyOf":[{"type":"string"},{"minimum":5}]}"#, "5"), (#"{"oneOf":[{"minimum":5},{"maximum":5}]}"#, "6"),
        (##"{"$defs":{"a/b":{"type":"string"}},"$ref":"#/$defs/a~1b"}"##, #""x""#),
        (#"{"if":{"minimum":5},"then":{"maximum":9},"else":{"maximum":1}}"#, "7"), (#"{"not":{"type":"string"}}"#, "1"),
        (#"{"multipleOf":0.1}"#, "0.3"), (#"{"minLength":2,"maxLength":2}"#, "\"\u{1F642}é\""),
        (#"{"type":"object","additionalProperties":{"type":"string"}}"#, #"{"k":"v"}"#), ("true", "[1]"),
    ])
    func documentsThatKeepTheirSchemaPass(_ schema: String, _ document: String) throws {
        #expect(try violation(document, schema) == nil)
    }

    @Test(arguments: [
        (#"{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}"#, "{}", "lacks 'a'"),
        (#"{"properties":{"a":{"items":{"type":"string"}}}}"#, #"{"a":["x",1]}"#, "$.a[1]: an integer has the wrong"),
        (#"{"properties":{},"additionalProperties":false}"#, #"{"b":1}"#, "$.b: nothing is allowed"),
        (#"{"minimum":1.5}"#, "1", "below the minimum"), (#"{"exclusiveMaximum":1}"#, "1", "above the maximum"),
        (#"{"uniqueItems":true}"#, "[1,1]", "repeats"), (#"{"maxItems":1}"#, "[1,2]", "maxItems"),
        (#"{"oneOf":[{"minimum":5},{"maximum":5}]}"#, "5", "exactly one"), (#"{"not":{}}"#, "1", "must not"),
        (#"{"enum":["a"]}"#, #""b""#, "not one of"), (#"{"multipleOf":2}"#, "3", "multiple"),
        (#"{"$ref":"http://x/y"}"#, "1", "unknown reference"), (#"{"type":"object"}"#, "{", "not a JSON document"),
        (#"{"type":"object"}"#, "{} tail", "not a JSON document"), ("false", "1", "nothing is allowed"),
    ])
    func breachesAreNamedWithTheirPlace(_ schema: String, _ document: String, _ expected: String) throws {
        #expect(try violation(document, schema)?.contains(expected) == true)
    }

    /// Goal: a hostile schema costs a bounded amount of work.
    @Test(arguments: [
        ##"{"$ref":"#"}"##,
        ##"{"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"}"##,
    ])
    func schemasThatLeadInCirclesEnd(_ schema: String) throws {
        #expect(try violation("1", schema)?.isEmpty == false)
    }

    @Test func whatNoGrammarHoldsIsFound() throws {
        let schema = #"{"type":"object","properties":{"not":{"type":"array","uniqueItems":true}}}"#
        #expect(JSONSchema(try JSONReader.read(schema)).firstBeyondGrammar == "uniqueItems")
        let held = #"{"type":"object","properties":{"if":{"type":"integer","minimum":2}},"required":["if"]}"#
        #expect(JSONSchema(try JSONReader.read(held)).firstBeyondGrammar == nil)
    }
}
