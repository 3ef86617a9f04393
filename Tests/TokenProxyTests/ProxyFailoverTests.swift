import Core
import Hummingbird
import NIOCore
import NIOHTTP1
import Store
import Synchronization
import Testing
import TokenProxy

/// Several keys, a second upstream, and an upstream that wants fewer calls.
struct ProxyFailoverTests {
    /// An upstream that answers some keys and refuses others, and remembers who was asked.
    private final class Upstream: Sendable {
        let asked = Mutex<[String]>([])
        let answers: [String: (HTTPResponse.Status, String)]

        init(_ answers: [String: (HTTPResponse.Status, String)]) {
            self.answers = answers
        }

        var router: Router<BasicRequestContext> {
            let router = Router(context: BasicRequestContext.self)
            router.post("/v1/chat/completions") { [self] request, _ in
                _ = try await request.body.collect(upTo: 1 << 20)
                let key = request.headers[.authorization]?.split(separator: " ").last.map(String.init) ?? ""
                asked.withLock { $0.append(key) }
                let (status, body) = answers[key] ?? (.ok, #"{"usage":{"prompt_tokens":3,"completion_tokens":4}}"#)
                return Response(
                    status: status, headers: [.contentType: "application/json"],
                    body: .init(byteBuffer: ByteBuffer(string: body)))
            }
            return router
        }
    }

    private static let busy = #"{"error":{"type":"rate_limit_reached_error","message":"slow down"}}"#
    private static let noMoney = #"{"error":{"type":"exceeded_current_quota_error","message":"pay"}}"#

    private static let lowCredit =
        #"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to go on."}}"#
    private static let noQuota = #"{"error":{"code":"insufficient_quota","message":"You exceeded your current quota."}}"#

    @Test func letsKeysTakeTurns() async throws {
        let upstream = Upstream([:])
        try await ProxyLab.run(
            upstream: upstream.router, upstreams: { [$0.with { $0.keys = [Secret("a"), Secret("b")] }] }
        ) { lab async throws in
            for _ in 0..<6 { #expect(try await lab.post(ProxyLab.body("hello")).status == 200) }
        }
        let asked = upstream.asked.withLock { $0 }
        #expect(asked.count { $0 == "a" } == 3 && asked.count { $0 == "b" } == 3)
    }

    @Test(arguments: [
        (HTTPResponse.Status.unauthorized, "{}"), (.tooManyRequests, noMoney), (.tooManyRequests, busy),
        (.badRequest, lowCredit), (.tooManyRequests, noQuota), (HTTPResponse.Status(code: 402), "{}"),
        (.internalServerError, "oops"), (.badGateway, "<html>"),
    ])
    func triesAnotherKeyBeforeItGivesUp(_ status: HTTPResponse.Status, _ body: String) async throws {
        let upstream = Upstream(["bad": (status, body)])
        try await ProxyLab.run(
            upstream: upstream.router, upstreams: { [$0.with { $0.keys = [Secret("bad"), Secret("good")] }] },
            configure: { $0.plans = ProxyLimitTests.unhurried }
        ) { lab async throws in
            for _ in 0..<4 { #expect(try await lab.post(ProxyLab.body("hello")).status == 200) }
            // Metered once, however often it was tried.
            #expect(try await lab.quota().used == 4 * 19)
        }
        // And passed over for a while once it is known.
        #expect(upstream.asked.withLock { $0 }.count { $0 == "bad" } == 1)
    }

    @Test(arguments: [(HTTPResponse.Status.badRequest, lowCredit), (.tooManyRequests, noQuota)])
    func tellsNobodyOfThePlatformsEmptyAccount(_ status: HTTPResponse.Status, _ body: String) async throws {
        let upstream = Upstream(["sk-platform": (status, body)])
        try await ProxyLab.run(upstream: upstream.router) { lab async throws in
            let answer = try await lab.post(ProxyLab.body("hello"))
            #expect(answer.status == 503 && answer.body.contains("upstream_unavailable"))
            #expect(!answer.body.contains("credit") && !answer.body.contains("quota"))
            #expect(try await lab.quota().used == 0)
        }
    }

    @Test func goesToTheSecondUpstreamWhenTheFirstIsDown() async throws {
        let upstream = Upstream([:])
        try await ProxyLab.run(
            upstream: upstream.router,
            upstreams: { second in
                [
                    second.with {
                        $0.name = "first"
                        $0.openAIBaseURL = "http://127.0.0.1:9/v1"
                    },
                    second,
                ]
            }
        ) { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello")).status == 200)
            #expect(try await lab.quota().used == 19)
        }
    }

    @Test func doesNotAskAnUpstreamForAModelThatItDoesNotHave() async throws {
        let upstream = Upstream(["bad": (.internalServerError, "oops")])
        try await ProxyLab.run(
            upstream: upstream.router,
            upstreams: { first in
                [
                    first.with { $0.keys = [Secret("bad")] },
                    first.with {
                        $0.name = "second"
                        $0.models = ["other": "x"]
                    },
                ]
            }
        ) { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello")).status == 503)
            #expect(try await lab.quota().used == 0)
        }
        #expect(Set(upstream.asked.withLock { $0 }) == ["bad"])
    }

    @Test(arguments: [
        (HTTPResponse.Status.notFound, "resource_not_found_error"), (.forbidden, "permission_denied_error"),
        (.conflict, "conflict"),
    ])
    func whatIsWrongWithOneCallMovesNoOther(_ status: HTTPResponse.Status, _ type: String) async throws {
        let asked = Mutex<[String]>([])
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { request, _ -> Response in
            let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
            let key = request.headers[.authorization]?.split(separator: " ").last.map(String.init) ?? ""
            asked.withLock { $0.append(key) }
            let isRefused = key == "first" && body.contains("kimi-k2.5")
            let answer =
                isRefused
                ? #"{"error":{"type":"\#(type)","message":"no"}}"# : #"{"usage":{"prompt_tokens":3,"completion_tokens":4}}"#
            return Response(
                status: isRefused ? status : .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: answer)))
        }
        try await ProxyLab.run(
            upstream: router,
            upstreams: { upstream in
                [
                    upstream.with { $0.keys = [Secret("first")] },
                    upstream.with {
                        $0.name = "second"
                        $0.keys = [Secret("second")]
                    },
                ]
            }
        ) { lab async throws in
            #expect(try await lab.post(#"{"model":"retired","max_tokens":50,"messages":[]}"#).status == 200)
            for _ in 0..<3 { #expect(try await lab.post(ProxyLab.body("hello")).status == 200) }
        }
        #expect(asked.withLock { $0 } == ["first", "second", "first", "first", "first"])
    }

    @Test func takesNewKeysAndModelsWhileItRuns() async throws {
        let upstream = Upstream(["old": (.unauthorized, "{}")])
        try await ProxyLab.run(
            upstream: upstream.router, upstreams: { [$0.with { $0.keys = [Secret("old")] }] }
        ) { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello")).status == 503)
            try lab.upstreams.replace([
                UpstreamConfiguration(
                    name: "kimi", openAIBaseURL: lab.upstreamURL + "/v1", anthropicBaseURL: lab.upstreamURL,
                    keys: [Secret("new")], models: ["k2p5": "kimi-k3", "k3": "kimi-k3"])
            ])
            #expect(try await lab.post(ProxyLab.body("hello")).status == 200)
            #expect(try await lab.get("/v1/models", token: lab.token.secret.reveal()).body.contains(#""id":"k3""#))
        }
        #expect(upstream.asked.withLock { $0 } == ["old", "new"])
    }

    @Test func makesCallsWaitAsLongAsTheUpstreamAsks() async throws {
        let arrivals = Mutex<[ContinuousClock.Instant]>([])
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { request, _ -> Response in
            _ = try await request.body.collect(upTo: 1 << 20)
            let isRefused = arrivals.withLock { arrivals in
                arrivals.append(.now)
                return arrivals.count == 1
            }
            if isRefused {
                return Response(
                    status: .tooManyRequests, headers: [.contentType: "application/json", .retryAfter: "2"],
                    body: .init(byteBuffer: ByteBuffer(string: Self.busy)))
            }
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(
                    byteBuffer: ByteBuffer(string: #"{"usage":{"prompt_tokens":3,"completion_tokens":4}}"#)))
        }
        try await ProxyLab.run(upstream: router) { lab async throws in
            let refused = try await lab.post(ProxyLab.body("hello"))
            #expect(refused.status == 429)
            #expect(refused.headers.first(name: "retry-after") == "2")
            #expect(try await lab.post(ProxyLab.body("hello")).status == 200)
        }
        let instants = arrivals.withLock { $0 }
        // The wait begins after the first one has come, and no machine is so slow that it ends before its time.
        #expect(instants.count == 2 && instants[1] - instants[0] > .seconds(1))
    }
}
