import Core
import Hummingbird
import NIOCore
import NIOHTTP1
import Store
import Synchronization
import Testing
import TokenProxy

/// Upstreams that speak the same two forms as others, in ways of their own.
struct ProxyUpstreamFormTests {
    /// What an upstream says to each call.
    private final class Upstream: Sendable {
        let answers: [(type: String, body: String)]
        let encodings = Mutex<[String?]>([])

        init(_ answers: (type: String, body: String)...) {
            self.answers = answers
        }

        var calls: Int { encodings.withLock { $0.count } }

        var router: Router<BasicRequestContext> {
            let router = Router(context: BasicRequestContext.self)
            for path in ["/v1/chat/completions", "/anthropic/v1/messages"] {
                router.post(RouterPath(path)) { [self] request, _ in
                    _ = try await request.body.collect(upTo: 1 << 20)
                    let count = encodings.withLock { encodings in
                        encodings.append(request.headers[.acceptEncoding])
                        return encodings.count
                    }
                    let (type, body) = answers[min(count, answers.count) - 1]
                    return Response(
                        status: .ok, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: body)))
                }
            }
            return router
        }
    }

    private static let words = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"Hello\"}}]}\n\n"
    private static let finish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    private static let usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":40,\"completion_tokens\":7}}\n\n"
    private static let done = "data: [DONE]\n\n"
    private static let stream = #","stream":true"#

    @Test(arguments: ["application/json", "text/plain", "Text/Event-Stream; charset=utf-8", "application/octet-stream"])
    func aSuccessWhoseFirstBytesAreAStreamsIsAStream(_ type: String) async throws {
        let upstream = Upstream((type, Self.words + Self.finish + Self.usage + Self.done))
        try await ProxyLab.run(upstream: upstream.router) { lab async throws in
            let answer = try await lab.post(ProxyLab.body("hello", fields: Self.stream))
            #expect(answer.status == 200)
            #expect(answer.headers.first(name: "content-type")?.lowercased().hasPrefix("text/event-stream") == true)
            #expect(answer.body == Self.words + Self.finish + Self.done)
            #expect(try await lab.quota().used == 68)
        }
        #expect(upstream.calls == 1)
    }

    @Test(arguments: ["Application/JSON; charset=utf-8", "text/plain", "text/event-stream"], ["", "\u{FEFF}"])
    func aSuccessWhoseFirstBytesAreJSONIsAnAnswerInOnePiece(_ type: String, _ mark: String) async throws {
        let body = #"{"choices":[],"usage":{"prompt_tokens":40.0,"completion_tokens":7.0}}"#
        let upstream = Upstream((type, mark + body))
        try await ProxyLab.run(upstream: upstream.router) { lab async throws in
            let answer = try await lab.post(ProxyLab.body("hello"))
            #expect(answer.status == 200 && answer.body == body)
            #expect(answer.headers.first(name: "content-type")?.lowercased().hasPrefix("application/json") == true)
            #expect(try await lab.quota().used == 68)
        }
        #expect(upstream.calls == 1)
        #expect(upstream.encodings.withLock { $0 } == ["identity"])
    }

    @Test func zerosBehindTheFiguresGiveNothingBack() async throws {
        let zeros = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0}}\n\n"
        let start =
            "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5000,\"cache_read_input_tokens\":300}}}\n\n"
        let end =
            "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
            + "\"usage\":{\"input_tokens\":0,\"output_tokens\":7}}\n\ndata: {\"type\":\"message_stop\"}\n\n"
        let upstream = Upstream(
            ("text/event-stream", Self.words + Self.finish + Self.usage + zeros + Self.done),
            ("text/event-stream", start + end))
        try await ProxyLab.run(upstream: upstream.router) { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello", fields: Self.stream)).status == 200)
            #expect(try await lab.quota().used == 68)
            #expect(try await lab.post(ProxyLab.body("hello", fields: Self.stream), path: "/v1/messages").status == 200)
            #expect(try await lab.quota().used == 68 + 5078)
        }
    }

    @Test func aStreamThatStopsBehindItsLastWordEndsWell() async throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        let text = Self.words + Self.finish
        // No last chunk: the connection just ends.
        let chunk = String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n"
        try await AbruptUpstream.run(answer + chunk, after: .zero) { upstream, port in
            try await ProxyLab.run(
                upstreams: { [$0.with { $0.openAIBaseURL = "http://127.0.0.1:\(port)/v1" }] }
            ) { lab async throws in
                let body = ProxyLab.body("hello", fields: Self.stream)
                let answer = try await lab.post(body)
                #expect(answer.status == 200 && answer.body == text + Self.done)
                let event = try #require(try await lab.events().first)
                #expect(event.estimated)
                #expect(event.usage == TokenUsage(input: body.utf8.count, output: 14))
            }
            #expect(upstream.calls == 1)
        }
    }

    @Test func anErrorWithTheStatusOfASuccessIsTriedElsewhere() async throws {
        let upstream = Upstream(
            ("application/json", #"{"error":"Insufficient credits, pay first"}"#),
            ("text/event-stream", "data: {\"error\":{\"message\":\"pay first\"}}\n\n"),
            ("application/json", #"{"choices":[],"usage":{"prompt_tokens":40,"completion_tokens":7},"error":""}"#))
        try await ProxyLab.run(
            upstream: upstream.router,
            upstreams: { first in (1...3).map { number in first.with { $0.name = "upstream \(number)" } } }
        ) { lab async throws in
            let answer = try await lab.post(ProxyLab.body("hello"))
            #expect(answer.status == 200 && !answer.body.contains("pay"))
            #expect(try await lab.quota().used == 68)
        }
        #expect(upstream.calls == 3)
    }
}
