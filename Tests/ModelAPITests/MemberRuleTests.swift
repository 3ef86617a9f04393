import ModelAPI
import Testing

struct MemberRuleTests {
    @Test(arguments: [
        (#"{"model":"a","best_of":8,"temperature":0.5}"#, #"{"model":"b","temperature":0.5,"max_completion_tokens":9}"#),
        (#"{"models":["x"],"model":"a"}"#, #"{"model":"b","max_completion_tokens":9}"#),
        (#"{ "speed" : "fast" , "container":{} , "model" : "a" } "#, #"{ "model" : "b" ,"max_completion_tokens":9} "#),
        (#"{"model":"a","service_tier":"priority"}"#, #"{"model":"b","max_completion_tokens":9}"#),
        (
            #"{"x":1,"model":"a","y":{"model":"z"},"z":[1,2],"top_p":1,"Temperature":3,"max_tokens":1,"route":"fallback"}"#,
            #"{"model":"b","top_p":1,"max_tokens":9}"#
        ),
        (#"{"model":"a","service_tier":null,"stop":["}"]}"#, #"{"model":"b","stop":["}"],"max_completion_tokens":9}"#),
    ])
    func takesOutWhatIsNotInTheList(_ body: String, _ expected: String) throws {
        #expect(try edited(body, .listed) == expected)
    }

    @Test(arguments: [
        #"{"x":1,"reasoning_effort":"low","model":"a"}"#, #"{"reasoning_effort":"low","x":1,"model":"a"}"#,
        #"{"model":"a","x":1,"reasoning_effort":"low"}"#, #"{"model":"a" , "reasoning_effort":"low" , "x":1}"#,
        #"{"reasoning_effort":"low","model":"a","x":1}"#,
    ])
    func takesOutAnEffortBesideWhatIsNotInTheList(_ body: String) throws {
        let result = try edited(body, .listed, ThinkingSwitch(byDefault: nil))
        #expect(
            result.filter { $0 != " " } == #"{"model":"b","max_completion_tokens":9,"thinking":{"type":"enabled"}}"#)
    }

    @Test func kimiGetsAllThatAClientSends() throws {
        let body = #"{"x":1,"model":"a","service_tier":"auto","max_tokens":1}"#
        #expect(try edited(body, .all) == #"{"x":1,"model":"b","service_tier":"auto","max_tokens":9}"#)
    }

    @Test(arguments: [
        "models", "service_tier", "best_of", "num_return_sequences", "speed", "container", "provider", "prediction", "audio",
        "route", "preset", "store", "use_beam_search", "inference_geo",
    ])
    func nothingPassesThatChangesModelPriceOrNumberOfAnswers(_ member: String) throws {
        #expect(try !edited(#"{"model":"a","\#(member)":2}"#, .listed).contains(member))
    }

    @Test func passesTheFeaturesOnThatCostNothing() {
        let header = "context-1m-2025-08-07, interleaved-thinking-2025-05-14,fast-mode-2026-02-01"
        #expect(MemberRule.listed.betas(header) == "interleaved-thinking-2025-05-14")
        #expect(MemberRule.listed.betas("context-1m-2025-08-07") == nil)
        #expect(MemberRule.all.betas(header) == header)
    }

    private func edited(
        _ body: String, _ members: MemberRule, _ thinking: ThinkingSwitch? = nil
    ) throws -> String {
        let bytes = Array(body.utf8)
        let request = try bytes.withUnsafeBytes { try ModelRequest(.openAI, body: $0) }
        var result = ""
        var position = 0
        for edit in request.edits(quotedModel: "\"b\"", completionCap: 9, members: members, thinking: thinking) {
            result += String(decoding: bytes[position..<edit.range.lowerBound], as: UTF8.self) + edit.replacement
            position = edit.range.upperBound
        }
        return result + String(decoding: bytes[position...], as: UTF8.self)
    }
}
