import Testing

@testable import ModelAPI

/// What a model that is only told on or off is told, and answers that end inside their reasoning.
struct ThinkingTests {
    @Test(arguments: [
        (#"{"model":"a","max_tokens":9,"reasoning_effort":"low"}"#, "enabled"),
        (#"{"model":"a","max_tokens":9,"reasoning_effort":"high"}"#, "enabled"),
        (#"{"model":"a","max_tokens":9,"reasoning_effort":"none"}"#, "disabled"),
        (#"{"reasoning_effort":"minimal","model":"a","max_tokens":9}"#, "disabled"),
        (#"{ "reasoning_effort" : "none" , "model":"a","max_tokens":9}"#, "disabled"),
        (#"{"model":"a", "reasoning_effort":"none" ,"max_tokens":9}"#, "disabled"),
    ])
    func saysOnOrOffInThePlaceOfAnEffort(_ body: String, _ type: String) throws {
        let edited = try edited(body, ThinkingSwitch(byDefault: nil))
        #expect(
            edited.filter { $0 != " " }
                == #"{"model":"kimi-k2.6","max_tokens":9,"thinking":{"type":"\#(type)"}}"#)
    }

    @Test(arguments: [(true, #","thinking":{"type":"enabled"}"#), (false, #","thinking":{"type":"disabled"}"#), (nil, "")])
    func decidesForThoseWhoSayNothing(_ byDefault: Bool?, _ addition: String) throws {
        for member in ["", #","reasoning_effort":null"#] {
            let edited = try edited(#"{"model":"a","max_tokens":9\#(member)}"#, ThinkingSwitch(byDefault: byDefault))
            #expect(edited == #"{"model":"kimi-k2.6","max_tokens":9\#(addition)}"#)
        }
    }

    @Test func leavesTheClientsOwnSwitchAlone() throws {
        let rest = #""thinking":{"type":"enabled"},"max_tokens":9}"#
        let edited = try edited(
            #"{"model":"a","reasoning_effort":"none",\#(rest)"#, ThinkingSwitch(byDefault: false))
        #expect(edited == #"{"model":"kimi-k2.6",\#(rest)"#)
    }

    @Test func leavesTheEffortToModelsThatTakeIt() throws {
        let body = #"{"model":"a","max_tokens":9,"reasoning_effort":"low"}"#
        #expect(try edited(body, nil) == body.replacing("\"a\"", with: "\"kimi-k2.6\""))
    }

    @Test(arguments: ["Reasoning_effort", "THINKING"])
    func refusesNamesThatMightCountForTheUpstream(_ name: String) {
        #expect(throws: ModelRequestFault.self) { try edited(#"{"model":"a","\#(name)":"none"}"#, nil) }
    }

    // MARK: Answers

    @Test func findsTheEndOfAStreamOfThoughts() throws {
        var watch = ThoughtWatch()
        #expect(read(&watch, #"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#) == nil)
        #expect(read(&watch, #"{"choices":[{"delta":{"content":null,"reasoning_content":"Hmm"}}]}"#) == nil)
        #expect(read(&watch, #"{"choices":[{"delta":{"tool_calls":[]}}]}"#) == nil)
        #expect(read(&watch, #"{"choices":[{"delta":{},"finish_reason":"length"}]}"#) == #""length""#)
        #expect(!watch.hasSpoken)
    }

    @Test(arguments: [#""content":"Hi""#, #""tool_calls":[{"index":0}]"#, #""content":[{"type":"text","text":"Hi"}]"#])
    func findsNothingWhereSomethingWasSaid(_ member: String) {
        var watch = ThoughtWatch()
        #expect(read(&watch, #"{"choices":[{"delta":{\#(member)}}]}"#) == nil)
        #expect(watch.hasSpoken)
        #expect(read(&watch, #"{"choices":[{"delta":{},"finish_reason":"length"}]}"#) == nil)
    }

    @Test(arguments: [
        (
            #"{"choices":[{"message":{"content":null,"reasoning_content":"Hmm"},"finish_reason":"length"}]}"#,
            #"{"choices":[{"message":{"content":"Oh","reasoning_content":"Hmm"},"finish_reason":"stop"}]}"#
        ),
        (
            #"{"choices":[{"finish_reason":"length","message":{"reasoning_content":"Hmm"}}],"usage":{}}"#,
            #"{"choices":[{"finish_reason":"stop","message":{"content":"Oh","reasoning_content":"Hmm"}}],"usage":{}}"#
        ),
        (
            #"{"choices":[{"message":{},"finish_reason":"length"}]}"#,
            #"{"choices":[{"message":{"content":"Oh"},"finish_reason":"stop"}]}"#
        ),
        (
            #"{"choices":[{"message":{"content":"Hi"},"finish_reason":"length"}]}"#,
            #"{"choices":[{"message":{"content":"Hi"},"finish_reason":"length"}]}"#
        ),
        (
            #"{"choices":[{"message":{"content":""},"finish_reason":"stop"}]}"#,
            #"{"choices":[{"message":{"content":""},"finish_reason":"stop"}]}"#
        ),
    ])
    func fillsAnAnswerOfThoughtsAlone(_ answer: String, _ filled: String) {
        let edits = Array(answer.utf8).withUnsafeBytes { ThoughtWatch.edits($0, saying: "Oh") }
        #expect(apply(edits, to: answer) == filled)
    }

    private func read(_ watch: inout ThoughtWatch, _ data: String) -> String? {
        let bytes = Array(data.utf8)
        return bytes.withUnsafeBytes { watch.read(event: $0) }.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    private func edited(_ body: String, _ thinking: ThinkingSwitch?) throws -> String {
        let request = try Array(body.utf8).withUnsafeBytes { try ModelRequest(.openAI, body: $0) }
        return apply(request.edits(quotedModel: "\"kimi-k2.6\"", completionCap: 9, thinking: thinking), to: body)
    }

    private func apply(_ edits: [BodyEdit], to text: String) -> String {
        var bytes = Array(text.utf8)
        for edit in edits.reversed() { bytes.replaceSubrange(edit.range, with: Array(edit.replacement.utf8)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
