// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import Testing

@Suite struct HTTPOriginTests {
    @Test(arguments: [
        ("http://engine", HTTPOrigin(isSecure: false, host: "engine", port: 80)),
        ("https://engine/", HTTPOrigin(isSecure: true, host: "engine", port: 443)),
        ("http://127.0.0.1:8000/v1", HTTPOrigin(isSecure: false, host: "127.0.0.1", port: 8_000, path: "/v1")),
        ("https://[::1]:8443/a/b//", HTTPOrigin(isSecure: true, host: "::1", port: 8_443, path: "/a/b")),
        ("http://[::1]", HTTPOrigin(isSecure: false, host: "::1", port: 80)),
    ])
    func addressesAreRead(text: String, expected: HTTPOrigin) {
        #expect(HTTPOrigin(text) == expected)
    }

    /// Goal: what would change the request line, or carry a secret in a setting, is no address.
    @Test(arguments: [
        "", "engine:8000", "ftp://engine", "http://", "http://:80", "http://engine:0", "http://engine:65536",
        "http://engine:80x", "http://me:secret@engine", "http://engine/a b", "http://engine/\r\nx: y",
        "http://engine?x", "http://engine#x", "http://[::1", "http://[::1]x", "http://grüße",
    ])
    func everythingElseIsRefused(text: String) {
        #expect(HTTPOrigin(text) == nil)
    }

    @Test func theSchemesOwnPortIsNotSaid() {
        #expect(HTTPOrigin("https://engine:443/x")?.description == "https://engine/x")
        #expect(HTTPOrigin("http://[::1]:8000")?.description == "http://[::1]:8000")
    }
}
