import AsyncHTTPClient
import Core
import Hummingbird
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import TokenProxy

/// Who is to think, and what becomes of an answer that is nothing but thoughts.
struct ProxyThinkingTests {
    /// Remembers the bodies that it was sent.
    private final class Upstream: Sendable {
        let bodies = Mutex<[String]>([])
        private let answer: String

        init(_ answer: String = #"{"usage":{"prompt_tokens":3,"completion_tokens":4}}"#) {
            self.answer = answer
        }

        var router: Router<BasicRequestContext> {
            let router = Router(context: BasicRequestContext.self)
            router.post("/v1/chat/completions") { [self] request, _ in
                let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
                bodies.withLock { $0.append(body) }
                return Response(
                    status: .ok,
                    headers: [.contentType: answer.hasPrefix("data:") ? "text/event-stream" : "application/json"],
                    body: .init(byteBuffer: ByteBuffer(string: answer)))
            }
            return router
        }
    }

    @Test(arguments: [
        (#","reasoning_effort":"low""#, #","thinking":{"type":"enabled"}"#),
        (#","reasoning_effort":"none""#, #","thinking":{"type":"disabled"}"#),
        // What OpenClaw sends with thinking off.
        ("", #","thinking":{"type":"disabled"}"#),
    ])
    func tellsKimiWhetherAnAgentIsToThink(_ fields: String, _ told: String) async throws {
        let upstream = Upstream()
        try await ProxyLab.run(agentSpeaks: .english, upstream: upstream.router) { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello", fields: fields)).status == 200)
        }
        let body = upstream.bodies.withLock { $0.first ?? "" }
        #expect(body.contains(told) && !body.contains("reasoning_effort"))
    }

    @Test func leavesItToTheModelForOthersWhoSayNothing() async throws {
        let upstream = Upstream()
        try await ProxyLab.run(upstream: upstream.router) { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello")).status == 200)
        }
        #expect(upstream.bodies.withLock { $0.first?.contains("thinking") } == false)
    }

    @Test(arguments: [
        ("kimi-k2.5", ThinkingControl.onOff), ("kimi-k2.6", .onOff), ("kimi-k2.6-turbo", .onOff),
        ("kimi-k2.7-code", .effort),
        ("kimi-k3", .effort), ("gpt-5", .effort),
    ])
    func knowsWhatAModelTakes(_ model: String, _ control: ThinkingControl) {
        #expect(ThinkingControl(model: model) == control)
    }

    private static let thoughts =
        "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
        + "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"Hmm\"}}]}\n\n"
        + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n"
        + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\ndata: [DONE]\n\n"

    /// Else OpenClaw asks three times, and each time is paid.
    @Test func anAgentIsToldWhenThoughtsLeftNoRoomForTheAnswer() async throws {
        let upstream = Upstream(Self.thoughts)
        try await ProxyLab.run(agentSpeaks: .portuguese, upstream: upstream.router) { lab async throws in
            let answer = try await lab.post(ProxyLab.body("hello", fields: #","stream":true"#))
            let events = answer.body.split(separator: "\n\n").map { String($0.dropFirst("data: ".count)) }
            let choices = try events.dropLast().flatMap { try Completion($0).choices }
            #expect(choices.compactMap(\.delta?.content).joined().hasPrefix("Pensei demais"))
            #expect(choices.compactMap(\.finishReason) == ["stop"])
            #expect(events.last == "[DONE]")
            // Charged as it is.
            #expect(try await lab.quota().used == 19)
        }
        #expect(upstream.bodies.withLock { $0.count } == 1)
    }

    @Test func anAgentIsToldSoInOnePieceToo() async throws {
        let upstream = Upstream(
            #"{"choices":[{"message":{"content":"","reasoning_content":"Hmm"},"finish_reason":"length"}],"#
                + #""usage":{"prompt_tokens":3,"completion_tokens":4}}"#)
        try await ProxyLab.run(agentSpeaks: .english, upstream: upstream.router) { lab async throws in
            let completion = try Completion(try await lab.post(ProxyLab.body("hello")).body)
            #expect(completion.choices.first?.message?.content?.hasPrefix("My thinking got too long") == true)
            #expect(completion.choices.first?.finishReason == "stop")
        }
    }

    @Test func othersGetSuchAnAnswerAsItIs() async throws {
        let upstream = Upstream(Self.thoughts)
        try await ProxyLab.run(upstream: upstream.router) { lab async throws in
            let answer = try await lab.post(
                ProxyLab.body("hello", fields: #","stream":true,"stream_options":{"include_usage":true}"#))
            #expect(answer.body == Self.thoughts)
        }
    }
}
