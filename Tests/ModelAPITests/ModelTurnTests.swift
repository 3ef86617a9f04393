import Testing

@testable import ModelAPI

/// Who has the word, in requests as OpenClaw 2026.9.4 and 2026.9.6 make them, and in others.
struct ModelTurnTests {
    private static let openClaw =
        #"{"role":"system","content":"<!-- openclaw:attempt:STABLE -->\nYou are a personal assistant running inside OpenClaw.\n## Tooling"}"#
    private static let said =
        #"{"role":"user","content":"[Mon 2026-11-30 12:08 UTC] Conversation info: ⟦openclaw:ctx⟧\n```json\n{}\n```\n\nHello there"}"#
    private static let context =
        #"{"role":"user","content":[{"type":"text","text":"<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\nConversation data"}]}"#
    private static let calls =
        #"{"role":"assistant","content":null,"tool_calls":[{"id":"w","type":"function","function":{"name":"write","arguments":"{}"}}]}"#
    private static let result = #"{"role":"tool","tool_call_id":"w","content":"Done"}"#
    private static let resumption =
        #"{"role":"user","content":"[Mon 2026-11-30 12:09 UTC] [Queued user message]\nslow\n\n[System] Your previous turn was interrupted by a gateway restart while OpenClaw was waiting on tool/model work. Continue.\n\nRuntime: agent=main"}"#
    private static let summarizer =
        #"{"role":"system","content":"You are a context summarization assistant. Your task is to read"}"#

    @Test func aPersonHasWritten() throws {
        #expect(try turn(Self.openClaw, Self.said, Self.context) == ("person", false))
        let answer = #"{"role":"assistant","content":"Hi"}"#
        #expect(try turn(Self.openClaw, Self.said, answer, Self.said) == ("person", false))
        let picture = Self.said.replacing(#""content":"#, with: #""content":[{"type":"text","text":"#)
            .replacing("there\"", with: #"there"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]"#)
        #expect(try turn(Self.openClaw, picture, Self.context) == ("person", false))
    }

    @Test func aToolHasAnswered() throws {
        #expect(try turn(Self.openClaw, Self.said, Self.calls, Self.result) == ("person", true))
        #expect(try turn(Self.openClaw, Self.said, Self.calls, Self.result, Self.context) == ("person", true))
        // The next message is a message again.
        #expect(try turn(Self.openClaw, Self.said, Self.calls, Self.result, Self.said, Self.context) == ("person", false))
    }

    @Test func aTurnGoesOnAfterARestart() throws {
        #expect(try turn(Self.openClaw, Self.said, Self.resumption) == ("resumed", false))
        #expect(try turn(Self.openClaw, Self.said, Self.resumption, Self.calls, Self.result) == ("resumed", true))
    }

    @Test func theProgramAsksByItself() throws {
        #expect(try turn(Self.summarizer, #"{"role":"user","content":"<conversation>…"}"#) == ("program", false))
        #expect(
            try turn(Self.openClaw, #"{"role":"user","content":"Continue the OpenClaw runtime event."}"#)
                == ("program", false))
        #expect(try turn(Self.openClaw) == ("program", false))
    }

    @Test func othersThanOpenClawAskForPeople() throws {
        let system = #"{"role":"system","content":"Be kind."}"#
        #expect(try turn(system, #"{"role":"user","content":"Hi"}"#) == ("person", false))
        #expect(try turn(#"{"role":"user","content":"Hi"}"#, Self.calls, Self.result) == ("person", true))
        let tool = #"{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"Done"}]}"#
        #expect(try turn(#"{"role":"user","content":"Hi"}"#, tool) == ("person", true))
    }

    @Test func theTextThatBeganATurnIsTheSameForEachOfItsCalls() throws {
        let first = try text(Self.openClaw, Self.said, Self.context)
        #expect(first?.hasSuffix("Hello there") == true)
        #expect(try text(Self.openClaw, Self.said, Self.calls, Self.result, Self.context) == first)
        #expect(try text(Self.openClaw) == nil)
    }

    private func turn(_ messages: String...) throws -> (String, Bool) {
        let turn = try request(messages).0.turn
        return ("\(turn.beginning)", turn.isToolStep)
    }

    private func text(_ messages: String...) throws -> String? {
        let (request, body) = try request(messages)
        return request.turn.text.map { String(decoding: Array(body.utf8)[$0], as: UTF8.self) }
    }

    private func request(_ messages: [String]) throws -> (ModelRequest, String) {
        let body = #"{"model":"k2p5","messages":[\#(messages.joined(separator: ","))]}"#
        let request = try Array(body.utf8).withUnsafeBytes { bytes in
            Result { () throws(ModelRequestFault) in try ModelRequest(.openAI, body: bytes) }
        }.get()
        return (request, body)
    }
}
