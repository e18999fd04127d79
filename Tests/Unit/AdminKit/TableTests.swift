// SPDX-License-Identifier: Apache-2.0

import AdminKit
import Testing

@Suite struct TableTests {
    @Test func columnsLineUpAndNumbersStandRight() {
        var table = Table(["name", "calls", "note"])
        table.add("gateway", 7, .none)
        table.add("model-worker", 12_345, "ok")
        #expect(
            table.text == """
                name          calls  note
                gateway           7  -
                model-worker  12345  ok

                """)
    }

    @Test func jsonKeepsKinds() {
        var table = Table(["Name", "Used tokens", "open", "tags", "note"])
        table.add("a\"b", 3, true, .list(["x", "y"]), .none)
        #expect(table.json == #"[{"name":"a\"b","used_tokens":3,"open":true,"tags":["x","y"],"note":null}]"# + "\n")
    }

    @Test func anEmptyTableSaysSo() {
        #expect(Table(["a"]).text == "a\n(none)\n")
        #expect(Table(["a"]).json == "[]\n")
    }

    /// Goal: a name chosen by a user cannot drive an administrator's terminal.
    @Test func controlCharactersDoNotReachTheTerminal() {
        var table = Table(["name"])
        table.add("\u{1B}[2Jevil\nline")
        #expect(table.text == "name\n [2Jevil line\n")
    }

    @Test func requestsAreShownWithoutSecrets() {
        var request = SampleRequest(name: "n")
        request.password = "hunter2"
        request.keyHash = [1, 2]
        request.count = 4
        request.tags = ["t"]
        #expect(
            RequestText.json(request)
                == #"{"name":"n","password":"(not shown)","count":4,"keyHash":"(not shown)","tags":["t"]}"#)
        request.digest = [0xAB]
        #expect(RequestText.json(request).contains(#""digest":"ab""#))
    }
}
