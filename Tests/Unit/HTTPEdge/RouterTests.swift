// SPDX-License-Identifier: Apache-2.0

import HTTPEdge
import NIOHTTP1
import Testing

@Suite struct RouterTests {
    private func router(_ patterns: [String]) -> Router {
        var router = Router()
        for pattern in patterns { router.on(.GET, pattern) { _, _ in .text(pattern) } }
        return router
    }

    private func match(_ router: Router, _ path: String) -> (pattern: String, parameters: PathParameters)? {
        guard case .handler(_, let parameters, let pattern) = router.match(.GET, path) else { return nil }
        return (pattern, parameters)
    }

    @Test func plainTextWinsOverNamesAndNamesOverTheRest() {
        let router = router(["/", "/a/b", "/a/{x}", "/a/{rest...}", "/{x}/c"])
        #expect(match(router, "/")?.pattern == "/")
        #expect(match(router, "/a/b")?.pattern == "/a/b")
        #expect(match(router, "/a/q")?.pattern == "/a/{x}")
        #expect(match(router, "/a/c")?.pattern == "/a/{x}")
        #expect(match(router, "/a/q/r/s")?.pattern == "/a/{rest...}")
        #expect(match(router, "/a/q/r/s")?.parameters["rest"] == "q/r/s")
        #expect(match(router, "/z/c")?.pattern == "/{x}/c")
        #expect(match(router, "/z") == nil)
        #expect(match(router, "/a/") != nil)
        #expect(match(router, "") == nil)
        #expect(match(router, "*") == nil)
    }

    @Test func valuesAreDecodedOnce() {
        let router = router(["/f/{id}/{name}"])
        let parameters = match(router, "/f/a%2Fb/%25c+d")?.parameters
        #expect(parameters?["id"] == "a/b")
        #expect(parameters?["name"] == "%c+d")
        #expect(match(router, "/f/%zz/x")?.parameters["id"] == "%zz")
        #expect(match(router, "/f//x") == nil)
    }

    @Test func aKnownPathNamesItsMethods() {
        var router = router(["/a"])
        router.on(.POST, "/a") { _, _ in .text("") }
        guard case .otherMethods(let methods) = router.match(.PUT, "/a") else {
            Issue.record("the method was found")
            return
        }
        #expect(methods == ["GET", "HEAD", "OPTIONS", "POST"])
    }
}
