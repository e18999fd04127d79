// SPDX-License-Identifier: Apache-2.0

import GatewayService
import HTTPEdge
import Messages
import NIOHTTP1
import Primitives
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PublicRoutesTests {
    @Test func unknownPathsAndMethodsAreSaidAsOpenAIDoes() async throws {
        let gateway = try await GatewayFixture()
        let unknown = try await gateway.send("GET", "/v1/nothing")
        #expect(unknown.status == 404 && unknown.body.contains("Unknown request URL: GET /v1/nothing."))
        #expect(unknown.headers["x-request-id"]?.hasPrefix("req_") == true)
        let wrong = try await gateway.send("PUT", "/v1/models")
        #expect(wrong.status == 405 && wrong.body.contains("Not allowed to PUT on /v1/models."))
        #expect(wrong.headers["allow"]?.contains("GET") == true)
    }

    @Test func requestIdIsTakenWhenSane() async throws {
        let gateway = try await GatewayFixture()
        for (given, isKept) in [("abc-1.2_3", true), ("has space", false), (String(repeating: "x", count: 129), false)]
        {
            let answer = try await gateway.send("GET", "/v1/models", ["x-request-id": given])
            #expect((answer.headers["x-request-id"] == given) == isKept)
        }
    }

    // MARK: Admission

    @Test func refusedRequestIsToldWhenToComeBack() async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change {
            $0.admit = { _, _ in
                AdmitReply(
                    isAllowed: false, refusedBy: "requests_per_minute", retryAfterMs: 2_500, limitRequests: 20,
                    remainingRequests: 0, resetRequestsMs: 60_000)
            }
        }
        let answer = try await gateway.chat()
        #expect(answer.status == 429)
        #expect(answer.headers["retry-after"] == "3" && answer.headers["retry-after-ms"] == "2500")
        #expect(answer.headers["x-ratelimit-remaining-requests"] == "0")
        #expect(answer.headers["x-ratelimit-reset-requests"] == "1m0s")
        #expect(
            answer.body
                == #"{"error":{"message":"Rate limit reached for requests per minute. Please try again in 2.5s.","#
                + #""type":"requests","param":null,"code":"rate_limit_exceeded"}}"#
        )
    }

    @Test func monthlyQuotaIsNotWorthRetrying() {
        let refusal = Admission.refusal("tokens_per_month", .seconds(86_400))
        #expect(refusal.code == "insufficient_quota" && refusal.isRetryVain)
    }

    @Test func leaseSparesBillingTheQuestion() async throws {
        let gateway = try await GatewayFixture()
        let count = Counter()
        gateway.doubles.change {
            $0.admit = { _, _ in
                count.add()
                return AdmitReply(
                    isAllowed: true, limitRequests: 100, remainingRequests: 50, leaseRequests: 2, leaseMs: 1_000)
            }
        }
        for remaining in ["50", "49", "48", "50"] {
            let answer = try await gateway.chat(#""max_tokens":5"#)
            #expect(answer.headers["x-ratelimit-remaining-requests"] == remaining)
        }
        #expect(count.value == 2)
    }

    @Test func billingDownMeansLocalLimits() async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change { $0.admit = { _, _ in throw Failure(.unavailable, "down") } }
        var statuses: [Int] = []
        // Ten seconds' worth of a pro plan's hundred a minute is sixteen.
        for _ in 0..<18 { statuses.append(try await gateway.chat().status) }
        #expect(statuses.prefix(16).allSatisfy { $0 == 200 })
        #expect(statuses.suffix(2) == [429, 429])
    }

    // MARK: Routes

    @Test func modelsAreListedAndFound() async throws {
        let gateway = try await GatewayFixture()
        let row =
            #"{"id":"tiny","object":"model","created":1700000000,"owned_by":"parley","#
            + #""parley":{"kind":"chat","context_tokens":2048}}"#
        #expect(try await gateway.send("GET", "/v1/models").body == #"{"object":"list","data":[\#(row)]}"#)
        #expect(try await gateway.send("GET", "/v1/models/tiny").body == row)
        let missing = try await gateway.send("GET", "/v1/models/org/other")
        #expect(missing.status == 404 && missing.body.contains("The model 'org/other' does not exist"))
    }

    @Test func embeddingsAreAnswered() async throws {
        let gateway = try await GatewayFixture()
        let answer = try await gateway.send("POST", "/v1/embeddings", body: #"{"model":"e","input":["a","b"]}"#)
        #expect(answer.status == 200)
        #expect(answer.body.contains(#"{"object":"embedding","index":1,"embedding":[0.5,-1.0]}"#))
        #expect(answer.body.contains(#""usage":{"prompt_tokens":7,"total_tokens":7}"#))
        let short = try await gateway.send(
            "POST", "/v1/embeddings", body: #"{"model":"e","input":["a","b"],"dimensions":1}"#)
        #expect(short.body.contains(#"{"object":"embedding","index":1,"embedding":[1.0]}"#), "one long again")
        let long = try await gateway.send(
            "POST", "/v1/embeddings", body: #"{"model":"e","input":["a","b"],"dimensions":3}"#)
        #expect(long.status == 400 && long.body.contains(#""param":"dimensions""#))
        #expect(long.body.contains("Expected a value <= 2, but got 3"))
    }

    @Test func textsAreRanked() async throws {
        let gateway = try await GatewayFixture()
        let body = #"{"model":"e","query":"q","documents":["aa",{"text":"bbbb"},"cc"],"top_n":2}"#
        let answer = try await gateway.send("POST", "/v1/rerank", body: body)
        #expect(
            answer.body
                == #"{"object":"list","model":"e","results":[{"index":1,"relevance_score":0.5},"#
                + #"{"index":0,"relevance_score":0.25}],"usage":{"prompt_tokens":9,"total_tokens":9}}"#)
        let whole = try await gateway.send(
            "POST", "/v1/rerank", body: #"{"model":"e","query":"q","documents":["a"],"return_documents":true}"#)
        #expect(whole.body.contains(#""relevance_score":0.125,"document":{"text":"a"}}"#))
        for (part, parameter) in [
            (#""query":"q""#, "documents"), (#""documents":["a"]"#, "query"),
            (#""query":"q","documents":[]"#, "documents"),
            (#""query":"q","documents":[1]"#, "documents[0]"), (#""query":"q","documents":[{}]"#, "documents[0].text"),
            (#""query":"q","documents":["a"],"top_n":0"#, "top_n"),
        ] {
            let refused = try await gateway.send("POST", "/v1/rerank", body: #"{"model":"e",\#(part)}"#)
            #expect(refused.status == 400 && refused.body.contains(#""param":"\#(parameter)""#), "\(part)")
        }
    }

    @Test func conversationsAreMadeAndListed() async throws {
        let gateway = try await GatewayFixture()
        let made = try await gateway.send("POST", "/v1/conversations", body: #"{"metadata":{"title":"Trip"}}"#)
        #expect(made.body.hasPrefix(#"{"id":"conv_"#) && made.body.contains(#""metadata":{"title":"Trip"}"#))
        let id = ConversationID(UUIDv7(high: 0x0190_0000_0000_7000, low: 1 << 63 | 9))
        gateway.doubles.change {
            $0.listConversations = { request, _ in
                #expect(request.limit == 100 && request.afterConversationID == id)
                return ListConversationsReply(conversations: [ConversationReply(conversationID: id)], hasMore: true)
            }
        }
        let list = try await gateway.send("GET", "/v1/conversations?limit=500&after=\(id)")
        #expect(list.body.contains(#""metadata":{}"#) && list.body.hasSuffix(#""has_more":true}"#))
        #expect(try await gateway.send("GET", "/v1/conversations/nonsense").status == 404)
        #expect(try await gateway.send("GET", "/v1/conversations?limit=0").status == 400)
        let gone = try await gateway.send("DELETE", "/v1/conversations/\(id)")
        #expect(gone.body.hasSuffix(#""object":"conversation.deleted","deleted":true}"#))
    }

    @Test func signInHandsThePasswordToAuthOnly() async throws {
        let gateway = try await GatewayFixture()
        gateway.doubles.change {
            $0.login = { request, _ in
                guard request.password == "right" else {
                    throw Failure(
                        .unauthenticated, "E-mail address or password is wrong.", reason: "invalid_credentials")
                }
                return LoginReply(
                    accessToken: "a.b.c", expiresInS: 900, sessionID: SessionID(ServiceDoubles.user.uuid),
                    organisationID: ServiceDoubles.organisation, userID: ServiceDoubles.user)
            }
        }
        let good = try await gateway.send(
            "POST", "/auth/login", key: nil, body: #"{"email":"a@b.c","password":"right"}"#)
        #expect(
            good.status == 200
                && good.body.hasPrefix(#"{"access_token":"a.b.c","token_type":"Bearer","expires_in":900"#))
        #expect(good.headers["cache-control"] == "no-store")
        let wrong = try await gateway.send("POST", "/auth/login", key: nil, body: #"{"email":"a@b.c","password":"no"}"#)
        #expect(wrong.status == 401 && wrong.body.contains("invalid_credentials"))
    }

    @Test func pageIsServedUnderAStrictPolicy() async throws {
        let gateway = try await GatewayFixture()
        let page = try await gateway.send("GET", "/", key: nil)
        #expect(page.status == 200 && page.body.hasPrefix("<!DOCTYPE html>"))
        let policy = try #require(page.headers["content-security-policy"])
        #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
        for asset in ["app.js", "api.js", "text.js", "style.css", "icon.svg"] {
            #expect(try await gateway.send("GET", "/assets/\(asset)", key: nil).status == 200)
        }
        let tag = try #require(page.headers["etag"])
        let again = try await gateway.send("GET", "/", ["if-none-match": tag], key: nil)
        #expect(again.status == 304 && again.body.isEmpty)
        #expect(try await gateway.send("GET", "/assets/..%2Fsecret", key: nil).status == 404)
        // The policy allows no inline script or style, so the page must have none.
        #expect(!page.body.contains("<script>") && !page.body.contains("<style") && !page.body.contains(" style="))
        #expect(!page.body.contains(" onclick="))
    }

    // MARK: Errors

    static let statuses: [(StatusCode, UInt)] = [
        (.invalidArgument, 400), (.outOfRange, 400), (.unauthenticated, 401), (.permissionDenied, 403),
        (.notFound, 404), (.alreadyExists, 409), (.aborted, 409), (.failedPrecondition, 409),
        (.resourceExhausted, 429), (.cancelled, 499), (.internal, 500), (.unknown, 500), (.dataLoss, 500),
        (.unimplemented, 501), (.unavailable, 503), (.deadlineExceeded, 504), (StatusCode(rawValue: 99), 500),
    ]

    @Test(arguments: statuses)
    func everyCodeHasAStatus(_ code: StatusCode, _ status: UInt) {
        #expect(PublicError(Failure(code, "x")).status.code == status)
    }

    @Test func innerDetailsAreNotTold() {
        struct Surprise: Error { let secret = "host db-7" }
        let said = PublicError(Surprise())
        #expect(said.status == .internalServerError)
        #expect(!String(decoding: said.json(), as: UTF8.self).contains("db-7"))
        let failure = PublicError(Failure(.internal, "Something went wrong.", detail: "SELECT secret"))
        #expect(!String(decoding: failure.json(), as: UTF8.self).contains("SELECT"))
    }
}
