import AsyncHTTPClient
import Core
import Hummingbird
import Jobs
import NIOCore
import NIOHTTP1
import Store
import Synchronization
import TestSupport
import Testing

@testable import TokenProxy

struct ProxyCallTests {
    @Test func metersAnAnswerInOnePiece() async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.post(ProxyLab.body("what is 2+3"))
            #expect(answer.status == 200)
            #expect(answer.body.contains("5"))
            let (quota, books) = (try await lab.quota(), try await lab.ledger())
            #expect(quota.used == books.units && books.units > 0)
            #expect(quota.reserved == 0)
            #expect(answer.headers.first(name: "x-usage-remaining") == "\(quota.limit - quota.used)")
            let events = try await lab.events()
            #expect(events.map(\.model) == ["k2p5"])
            #expect(events.map(\.estimated) == [false])
            #expect(answer.headers.first(name: "x-request-id") == events.first?.requestID)
            #expect(lab.platform.notifier.topics.contains(.customer(lab.customer.id)))
        }
    }

    @Test(arguments: ["finish", "choice", "extra", "finish+choice+extra"])
    func readsTheUsageOfAStreamFromEachPlace(_ place: String) async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.post(ProxyLab.body("[sandbox usage=\(place)] hello", fields: #","stream":true"#))
            #expect(answer.status == 200)
            #expect(answer.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true)
            #expect(answer.body.hasSuffix("data: [DONE]\n\n"))
            #expect(!answer.body.contains(#""choices":[]"#))
            #expect(try await lab.quota().used == lab.ledger().units)
            #expect(try await lab.events().map(\.estimated) == [false])
        }
    }

    @Test func leavesTheExtraChunkToThoseWhoAsked() async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.post(
                ProxyLab.body("hello", fields: #","stream":true,"stream_options":{"include_usage":true}"#))
            #expect(answer.body.contains(#""choices":[]"#))
        }
    }

    @Test(arguments: ["/v1/messages", "/anthropic/v1/messages"])
    func speaksAnthropicsForm(_ path: String) async throws {
        try await ProxyLab.run { lab async throws in
            let plain = try await lab.post(ProxyLab.body("hello"), path: path)
            #expect(plain.body.contains(#""type":"message""#))
            #expect(try await lab.quota().used == lab.ledger().units)
            let stream = try await lab.post(ProxyLab.body("hello", fields: #","stream":true"#), path: path)
            #expect(stream.body.contains("event: message_start"))
            #expect(stream.body.contains("event: message_stop"))
            let (quota, books) = (try await lab.quota(), try await lab.ledger())
            #expect(quota.used == books.units && books.count == 2)
        }
    }

    @Test func settlesInTheJournalBeforeTheLastBytes() async throws {
        try await ProxyLab.run { lab async throws in
            let response = try await ProxyLab.client.execute(
                lab.request(ProxyLab.body("hello", fields: #","stream":true"#)), timeout: .seconds(30))
            var received = ""
            var settled: [JournalSlot.State] = []
            for try await chunk in response.body {
                received += String(buffer: chunk)
                if received.contains("[DONE]"), settled.isEmpty { settled = try lab.journalSlots(withBooked: true) }
            }
            #expect(received.contains("[DONE]"))
            #expect(settled.count == 1)
            if case .reserved = settled.first { Issue.record("the call is still open") }
        }
    }

    @Test func sendsOnWhatItMustAndNothingElse() async throws {
        struct Seen: Sendable {
            var headers: [String: String] = [:]
            var body = ""
        }
        let seen = Mutex(Seen())
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { request, _ in
            let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
            seen.withLock { seen in
                for field in request.headers { seen.headers[field.name.canonicalName] = field.value }
                seen.body = body
            }
            return Response(
                status: .ok, headers: [.contentType: "application/json", .setCookie: "a=b"],
                body: .init(byteBuffer: ByteBuffer(string: #"{"usage":{"prompt_tokens":3,"completion_tokens":4}}"#)))
        }
        try await ProxyLab.run(upstream: router) { lab async throws in
            var request = lab.request(#"{"model":"k2p5", "messages":[],"temperature":1.0}"#)
            request.headers.add(name: "cookie", value: "secret=1")
            request.headers.add(name: "x-forwarded-for", value: "10.0.0.1")
            request.headers.add(name: "x-request-id", value: "mine-1")
            let answer = try await ProxyLab.Answer(ProxyLab.client.execute(request, timeout: .seconds(10)))
            #expect(answer.headers.first(name: "x-request-id") == "mine-1")
            #expect(!answer.headers.contains(name: "set-cookie"))
            #expect(try await lab.quota().used == 19)
        }
        let (headers, body) = seen.withLock { ($0.headers, $0.body) }
        #expect(headers["authorization"] == "Bearer sk-platform")
        #expect(headers["cookie"] == nil && headers["x-forwarded-for"] == nil)
        #expect(headers["x-request-id"]?.hasPrefix("req_") == true)
        #expect(body == #"{"model":"kimi-k2.6", "messages":[],"temperature":1.0,"max_completion_tokens":32768}"#)
    }

    @Test func listsTheProductsModels() async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.get("/v1/models", token: lab.token.secret.reveal())
            #expect(answer.body.contains(#""id":"k2p5""#) && !answer.body.contains("kimi-k2.6"))
            #expect(try await lab.get("/v1/models").status == 401)
        }
    }

    @Test(arguments: ["/v1/models/k2p5", "/v1/models/k2p5/", "/anthropic/v1/models/k2p5", "/v1/models/%6b2p5?beta=true"])
    func tellsOfOneModel(_ path: String) async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.get(path, token: lab.token.secret.reveal())
            #expect(answer.status == 200)
            #expect(answer.body.hasPrefix(#"{"id":"k2p5","object":"model","type":"model","display_name":"k2p5""#))
            #expect(try await lab.get(path).status == 401)
        }
    }

    @Test func tellsThatAModelIsNotThere() async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.get("/v1/models/kimi-coding/k2p5", token: lab.token.secret.reveal())
            #expect(answer.status == 404 && answer.body.contains("There is no model 'kimi-coding/k2p5'"))
            let metrics = await lab.figures.text()
            #expect(metrics.contains(#"token_proxy_requests_total{route="model","#) && !metrics.contains("kimi-coding"))
        }
    }

    @Test(arguments: ["/v1/chat/completions/", "/v1/models/", "/anthropic/v1/models", "/v1/messages/", "/healthz/"])
    func takesASlashAtTheEndForNothing(_ path: String) async throws {
        try await ProxyLab.run { lab async throws in
            let isCall = path.contains("chat") || path.contains("messages")
            let answer =
                isCall
                ? try await lab.post(ProxyLab.body("hello"), path: path)
                : try await lab.get(path, token: lab.token.secret.reveal())
            #expect(answer.status == 200)
        }
    }

    @Test func tellsItsHealthAndFigures() async throws {
        try await ProxyLab.run { lab async throws in
            _ = try await lab.post(ProxyLab.body("hello"))
            #expect(try await lab.get("/healthz").body == #"{"status":"ok"}"#)
            let readiness = try await lab.get("/readyz").body
            for check in ["storage", "journal", "bookkeeping", "upstream"] {
                #expect(readiness.contains(#"{"name":"\#(check)","status":"ok"}"#))
            }
            #expect(try await lab.get("/metrics").status == 404, "agents reach this port")
            let metrics = await lab.figures.text()
            #expect(
                metrics.contains(
                    #"token_proxy_requests_total{route="chat_completions",plan="pro",model="k2p5",status="200"} 1"#))
            for name in ["token_proxy_first_byte_seconds", "token_proxy_forwarding_seconds"] {
                #expect(metrics.contains(#"\#(name)_count{plan="pro",model="k2p5"} 1"#))
            }
            #expect(metrics.contains("token_proxy_open_calls 0"))
            #expect(!metrics.contains(lab.customer.id.rawValue))
        }
    }

    @Test func takesManyRequestsOnOneConnection() async throws {
        try await ProxyLab.run { lab async throws in
            for _ in 0..<5 { #expect(try await lab.post(ProxyLab.body("hello")).status == 200) }
            #expect(try await lab.events().count == 5)
        }
    }
}
