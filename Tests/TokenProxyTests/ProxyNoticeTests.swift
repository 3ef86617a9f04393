import AsyncHTTPClient
import Core
import FoundationEssentials
import Hummingbird
import NIOCore
import NIOHTTP1
import SQL
import Store
import Synchronization
import TestSupport
import Testing
import TokenProxy

/// What the person behind an agent reads where there is no answer.
struct ProxyNoticeTests {
    private static let usedUp =
        "This month's usage is used up. It starts anew on 31 Jan. A larger plan helps at once: "
        + "https://example.com/dashboard"

    @Test func saysInTheCustomersLanguageThatTheMonthIsUsedUp() async throws {
        for (language, words) in [
            (Language.english, Self.usedUp),
            (
                .portuguese,
                "O uso deste mês acabou. Ele recomeça em 31 de janeiro. Um plano maior resolve na hora: "
                    + "https://example.com/dashboard"
            ),
        ] {
            try await ProxyLab.run(limit: 20, agentSpeaks: language) { lab async throws in
                let answer = try await lab.post(ProxyLab.body("hello"))
                #expect(answer.status == 200)
                #expect(answer.headers.first(name: "x-openclaw-cloud-told") == "monthly_limit_exceeded")
                let completion = try Completion(answer.body)
                #expect(completion.choices.map(\.message?.content) == [words])
                #expect(completion.choices.map(\.finishReason) == ["stop"])
                #expect(completion.usage?.total == 0)
                // For no tokens, and no call.
                #expect(try await lab.quota().used == 0)
                #expect(try await lab.ledger().count == 0)
                #expect(try lab.journalSlots(withBooked: true).isEmpty)
                #expect(
                    await lab.figures.text().contains(
                        #"token_proxy_told_total{reason="monthly_limit_exceeded"} 1"#))
            }
        }
    }

    @Test(arguments: [false, true])
    func saysItInAStream(_ asksForUsage: Bool) async throws {
        try await ProxyLab.run(limit: 20, agentSpeaks: .english) { lab async throws in
            let options = asksForUsage ? #","stream_options":{"include_usage":true}"# : ""
            let answer = try await lab.post(ProxyLab.body("hello", fields: #","stream":true"# + options))
            #expect(answer.headers.first(name: "content-type") == "text/event-stream")
            let events = answer.body.split(separator: "\n\n").map { String($0.dropFirst("data: ".count)) }
            #expect(events.last == "[DONE]")
            let chunks = try events.dropLast().map { try Completion($0) }
            #expect(chunks.flatMap(\.choices).compactMap(\.delta?.content).joined() == Self.usedUp)
            #expect(chunks.flatMap(\.choices).compactMap(\.finishReason) == ["stop"])
            #expect(chunks.compactMap(\.usage?.total) == (asksForUsage ? [0] : []))
        }
    }

    @Test func saysItInAnthropicsForm() async throws {
        try await ProxyLab.run(limit: 20, agentSpeaks: .english) { lab async throws in
            let whole = try await lab.post(ProxyLab.body("hello"), path: "/v1/messages")
            #expect(whole.body.contains(#""content":[{"type":"text","text":"This month's usage is used up."#))
            #expect(whole.body.contains(#""stop_reason":"end_turn""#))
            let stream = try await lab.post(ProxyLab.body("hello", fields: #","stream":true"#), path: "/v1/messages")
            let names = stream.body.split(separator: "\n").filter { $0.hasPrefix("event: ") }.map { $0.dropFirst(7) }
            #expect(
                names == [
                    "message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta",
                    "message_stop",
                ])
        }
    }

    @Test func keepsTheStatusForThoseWhoAskForIt() async throws {
        try await ProxyLab.run(limit: 20, agentSpeaks: .english) { lab async throws in
            var request = lab.request(ProxyLab.body("hello"))
            request.headers.add(name: "x-openclaw-cloud-errors", value: "status")
            #expect(try await ProxyLab.client.execute(request, timeout: .seconds(10)).status == .tooManyRequests)
        }
    }

    /// Else OpenClaw would keep the words in the place of the conversation.
    @Test func keepsTheStatusForASummary() async throws {
        try await ProxyLab.run(limit: 20, agentSpeaks: .english) { lab async throws in
            let body =
                #"{"model":"k2p5","messages":[{"role":"system","content":"You are a context summarization assistant. "#
                + #"Your task is to read"},{"role":"user","content":"hello"}]}"#
            #expect(try await lab.post(body).status == 429)
        }
    }

    @Test(arguments: [(11_000, "isn't enough for another answer"), (13_000, "Send /new")])
    func offersANewConversationOnlyIfThatHelps(_ left: Int, _ words: String) async throws {
        try await ProxyLab.run(limit: left, agentSpeaks: .english) { lab async throws in
            let answer = try await lab.post(ProxyLab.body(String(repeating: "word ", count: 12_000)))
            #expect(answer.status == 200 && answer.body.contains(words))
        }
    }

    @Test func saysThatItIsPausedOrSetUp() async throws {
        try await ProxyLab.run(limit: nil, agentSpeaks: .english) { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello")).body.contains("Your new month is being set up."))
            try await lab.platform.database.write { [lab] in
                var box = lab.box
                box.desired = .suspended
                _ = try BoxStore($0).want(box)
            }
            try await eventually {
                try await lab.post(ProxyLab.body("hello")).body.contains("I'm paused because the plan isn't active")
            }
            #expect(try await lab.get("/v1/models", token: lab.token.secret.reveal()).status == 401)
        }
    }

    @Test(arguments: [
        (Self.answer(.internalServerError, "server_error"), "upstream_unavailable"),
        (Self.answer(.unauthorized, "invalid_authentication_error"), "upstream_unavailable"),
        (Self.answer(.init(code: 402), "payment_required"), "upstream_unavailable"),
        (Self.answer(.tooManyRequests, "rate_limit_reached_error"), "upstream_busy"),
    ])
    func saysWhenTheUpstreamIsInTrouble(_ answer: (HTTPResponse.Status, String), _ reason: String) async throws {
        let upstream = Troubled(answer.0, answer.1)
        try await ProxyLab.run(
            agentSpeaks: .english, upstream: upstream.router,
            configure: {
                $0.timeouts.agentAnswer = .seconds(4)
                $0.timeouts.agentRetries = .milliseconds(2500)
            }
        ) { lab async throws in
            let start = ContinuousClock.now
            let answer = try await lab.post(ProxyLab.body("hello", fields: #","stream":true"#))
            #expect(answer.status == 200 && answer.body.hasSuffix("data: [DONE]\n\n"))
            #expect(answer.headers.first(name: "x-openclaw-cloud-told") == reason)
            #expect(ContinuousClock.now - start < .seconds(30))
            let quota = try await lab.quota()
            #expect(quota.used == 0 && quota.reserved == 0)
        }
        // What may pass is tried again first.
        let calls = upstream.calls
        #expect(reason == "upstream_busy" || answer.0 == .internalServerError ? calls > 1 : calls == 1)
    }

    @Test func triesAgainUntilTheUpstreamAnswers() async throws {
        let upstream = Troubled(.serviceUnavailable, "server_unavailable", for: 4)
        try await ProxyLab.run(agentSpeaks: .english, upstream: upstream.router) { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello")).body.contains(#""prompt_tokens":3"#))
            #expect(try await lab.quota().used == 19)
        }
        #expect(upstream.calls == 5)
    }

    @Test func doesNotLetAnybodyWaitForASilentUpstream() async throws {
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { _, _ in
            try await Task.sleep(for: .seconds(3))
            return ""
        }
        try await ProxyLab.run(
            agentSpeaks: .portuguese, upstream: router, configure: { $0.timeouts.agentAnswer = .seconds(1) }
        ) { lab async throws in
            let answer = try await lab.post(ProxyLab.body("hello", fields: #","stream":true"#))
            #expect(answer.status == 200 && answer.body.contains("Não consigo acessar o serviço de IA"))
        }
    }

    private static func answer(_ status: HTTPResponse.Status, _ type: String) -> (HTTPResponse.Status, String) {
        (status, type)
    }
}

/// An upstream that refuses calls, for ever or the first ones only.
private final class Troubled: Sendable {
    private let status: HTTPResponse.Status
    private let type: String
    private let refusals: Int
    private let count = Mutex(0)

    var calls: Int { count.withLock { $0 } }

    init(_ status: HTTPResponse.Status, _ type: String, for refusals: Int = .max) {
        self.status = status
        self.type = type
        self.refusals = refusals
    }

    var router: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { [self] request, _ in
            _ = try await request.body.collect(upTo: 1 << 20)
            let isRefused = count.withLock { count in
                count += 1
                return count <= refusals
            }
            let text =
                isRefused
                ? #"{"error":{"type":"\#(type)","message":"?"}}"# : #"{"usage":{"prompt_tokens":3,"completion_tokens":4}}"#
            return Response(
                status: isRefused ? status : .ok, headers: [.contentType: "application/json", .retryAfter: "1"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
        return router
    }
}

/// A chat completion, or a chunk of one.
struct Completion: Decodable {
    struct Choice: Decodable {
        struct Message: Decodable { let content: String? }

        let message: Message?
        let delta: Message?
        let finishReason: String?

        enum CodingKeys: String, CodingKey {
            case message, delta
            case finishReason = "finish_reason"
        }
    }

    struct Usage: Decodable {
        let total: Int?

        enum CodingKeys: String, CodingKey { case total = "total_tokens" }
    }

    let choices: [Choice]
    let usage: Usage?

    init(_ json: String) throws {
        self = try JSONDecoder().decode(Completion.self, from: Data(json.utf8))
    }
}
