import AsyncHTTPClient
import Core
import Hummingbird
import NIOCore
import NIOHTTP1
import SQL
import Store
import TestSupport
import Testing
import TokenProxy

struct ProxyFailureTests {
    @Test(arguments: [
        ("401 invalid_authentication_error", 503), ("403 permission_denied_error", 503),
        ("404 resource_not_found_error", 503),
        ("429 exceeded_current_quota_error", 503), ("429 rate_limit_reached_error", 429),
        ("429 engine_overloaded_error", 429),
        ("400 content_filter", 400), ("500 server_error", 503), ("503 server_unavailable", 503), ("504 gateway", 503),
    ])
    func keepsTheUpstreamsTroubleToItself(_ error: String, _ status: Int) async throws {
        try await ProxyLab.run { lab async throws in
            for fields in ["", #","stream":true"#] {
                let answer = try await lab.post(ProxyLab.body("[sandbox error=\(error)]", fields: fields))
                #expect(answer.status == status)
                #expect(answer.headers.first(name: "content-type")?.hasPrefix("application/json") == true)
                #expect(answer.body.hasPrefix(#"{"error":{"#))
                #expect(status == 400 || !answer.body.contains("sandbox"))
                #expect((answer.headers.first(name: "retry-after") != nil) == (status != 400))
            }
            let quota = try await lab.quota()
            #expect(quota.used == 0 && quota.reserved == 0)
        }
    }

    @Test func aDeadUpstreamCostsNothing() async throws {
        try await ProxyLab.run(upstreams: { [$0.with { $0.openAIBaseURL = "http://127.0.0.1:9/v1" }] }) { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello")).status == 503)
            let quota = try await lab.quota()
            #expect(quota.used == 0 && quota.reserved == 0)
        }
    }

    @Test func aSilentUpstreamIsGivenUp() async throws {
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { _, _ in
            try await Task.sleep(for: .seconds(3))
            return ""
        }
        try await ProxyLab.run(
            upstream: router, configure: { $0.timeouts.answerSilence = .milliseconds(200) }
        ) { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello")).status == 503)
            #expect(try await lab.quota().reserved == 0)
        }
    }

    @Test func aStreamThatBreaksOffSaysSoAndIsCharged() async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.post(
                ProxyLab.body("[sandbox words=40] [sandbox cut]", fields: #","stream":true"#))
            #expect(answer.status == 200)
            #expect(answer.body.contains("upstream_unavailable"))
            #expect(!answer.body.contains("[DONE]"))
            let (quota, books) = (try await lab.quota(), try await lab.ledger())
            #expect(quota.reserved == 0)
            #expect(quota.used >= books.units && books.total > 0)
            #expect(try await lab.events().map(\.estimated) == [true])
        }
    }

    @Test func aHangUpCancelsTheUpstreamAndIsChargedWhatWasProduced() async throws {
        try await ProxyLab.run { lab async throws in
            let cap = 30_000
            try await readTheBeginning(
                of: lab.request(ProxyLab.body("[sandbox words=20000]", cap: cap, fields: #","stream":true"#)))
            try await eventually { try await lab.quota().reserved == 0 }
            try await eventually { try await lab.ledger().count == 1 }
            let (quota, books) = (try await lab.quota(), try await lab.ledger())
            #expect(quota.used >= books.units)
            #expect(quota.used < cap * 2)
            #expect(books.output < 1_000)
        }
    }

    @Test func tellsAnUpstreamsStreamWithoutUsageByItsBytes() async throws {
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { _, _ in
            let stream =
                "data: {\"choices\":[{\"delta\":{\"content\":\"0123456789\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream"],
                body: .init(byteBuffer: ByteBuffer(string: stream)))
        }
        try await ProxyLab.run(upstream: router) { lab async throws in
            let body = ProxyLab.body("hello", fields: #","stream":true"#)
            #expect(try await lab.post(body).status == 200)
            let event = try #require(try await lab.events().first)
            #expect(event.estimated)
            #expect(event.usage == TokenUsage(input: body.utf8.count, output: 10))
        }
    }

    @Test func takesAnErrorForOneWhateverItsStatus() async throws {
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { request, _ in
            _ = try await request.body.collect(upTo: 1 << 20)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: #"{"error":{"type":"quota","message":"pay your bill"}}"#)))
        }
        try await ProxyLab.run(upstream: router) { lab async throws in
            let answer = try await lab.post(ProxyLab.body("hello"))
            #expect(answer.status == 503)
            #expect(!answer.body.contains("bill"))
            #expect(try await lab.quota().used == 0)
        }
    }

    @Test(arguments: ["", "oops", "[]", #"{"choices":[{"message""#])
    func passesNothingOnThatIsNoJSONObject(_ text: String) async throws {
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { request, _ in
            _ = try await request.body.collect(upTo: 1 << 20)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
        try await ProxyLab.run(upstream: router) { lab async throws in
            let body = ProxyLab.body("hello", cap: 500)
            let answer = try await lab.post(body)
            #expect(answer.status == 503)
            #expect(answer.body.contains("upstream_unavailable"))
            // What is empty at once was never begun.
            #expect(try await lab.quota().used == (text.isEmpty ? 0 : body.utf8.count + 2_000))
        }
    }

    @Test func aModelThatIsGoneIsNoTroubleOfTheUpstream() async throws {
        try await ProxyLab.run { lab async throws in
            #expect(try await lab.post(ProxyLab.body("[sandbox error=404 resource_not_found_error]")).status == 503)
            #expect(try await lab.get("/readyz").body.contains(#"{"name":"upstream","status":"ok"}"#))
            #expect(try await lab.post(ProxyLab.body("[sandbox error=500 server_error]")).status == 503)
            #expect(try await lab.get("/readyz").body.contains(#"{"name":"upstream","status":"troubled"}"#))
        }
    }

    @Test func chargesAnAnswerInOnePieceThatBreaksOffInFull() async throws {
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { request, _ in
            _ = try await request.body.collect(upTo: 1 << 20)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init { writer in
                    try await writer.write(ByteBuffer(string: #"{"choices":["#))
                    throw CancellationError()
                })
        }
        try await ProxyLab.run(upstream: router) { lab async throws in
            let body = ProxyLab.body("hello", cap: 500)
            #expect(try await lab.post(body).status == 503)
            #expect(try await lab.quota().used == body.utf8.count + 2_000)
        }
    }

    /// The end of a body may come long after the answer's last event.
    @Test func usesAConnectionAgainWhoseAnswerEndedLate() async throws {
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { request, _ in
            let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
            let words = body.contains("long") ? 80 : 1
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream"],
                body: .init { writer in
                    for _ in 0..<words {
                        try await writer.write(
                            ByteBuffer(string: "data: {\"choices\":[{\"delta\":{\"content\":\"word \"}}]}\n\n"))
                        try await Task.sleep(for: .milliseconds(words > 1 ? 100 : 1))
                    }
                    try await writer.write(
                        ByteBuffer(
                            string: "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n"))
                    try await writer.write(ByteBuffer(string: "data: [DONE]\n\n"))
                    try await Task.sleep(for: .milliseconds(50))
                    try await writer.finish(nil)
                })
        }
        try await ProxyLab.run(upstream: router) { lab async throws in
            for text in ["short", "long"] {
                let answer = try await lab.post(ProxyLab.body(text, fields: #","stream":true"#))
                #expect(answer.body.hasSuffix("data: [DONE]\n\n"))
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(try await lab.events().map(\.estimated) == [false, false])
        }
    }

    /// Reads a few chunks of an answer and hangs up.
    private func readTheBeginning(of request: HTTPClientRequest) async throws {
        let response = try await ProxyLab.client.execute(request, timeout: .seconds(30))
        var chunks = 0
        for try await _ in response.body {
            chunks += 1
            if chunks == 5 { break }
        }
    }
}
