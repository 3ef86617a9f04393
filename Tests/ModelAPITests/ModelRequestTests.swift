import ModelAPI
import Testing

struct ModelRequestTests {
    @Test func findsWhatTheProxyMustKnow() throws {
        let request = try read(#"{"model":"k2p5","stream":true,"max_tokens":500,"max_completion_tokens":200,"messages":[]}"#)
        #expect(request.model == "k2p5")
        #expect(request.streams)
        #expect(!request.asksForUsage)
        #expect(request.completionCap == 200)
    }

    @Test(arguments: [
        ("1024", 1024), ("1024.0", 1024), ("1.024e3", 1024), ("10240e-1", 1024), ("1e30", Int.max),
        ("99999999999999999999", Int.max),
    ])
    func takesAWholeNumberHoweverItIsWritten(_ number: String, _ cap: Int) throws {
        let body = #"{"model":"a","max_tokens":\#(number),"n":1.0}"#
        #expect(try read(body).completionCap == cap)
        #expect(try edited(body, cap: 9).contains(#""max_tokens":9,"#))
    }

    /// Most bytes of a string are looked at eight at a time: what ends it, or must not stand in it, is found at any place.
    @Test(arguments: 0..<20)
    func findsWhatIsOddAtAnyPlaceOfAString(_ place: Int) throws {
        func model(_ piece: [UInt8]) throws -> String {
            let name = Array(repeating: UInt8(ascii: "~"), count: place) + piece + Array("~~~~~~~~~".utf8)
            let body = Array(#"{"model":""#.utf8) + name + Array(#"","messages":[]}"#.utf8)
            return try body.withUnsafeBytes { try ModelRequest(.openAI, body: $0) }.model
        }
        let before = String(repeating: "~", count: place)
        for piece in [" ", "!", "#", "[", "]", "\u{7F}", "é", "😀"] {
            #expect(try model(Array(piece.utf8)) == before + piece + "~~~~~~~~~")
        }
        #expect(try model(Array(#"\""#.utf8)) == before + "\"~~~~~~~~~")
        #expect(try model(Array(#"\\"#.utf8)) == before + "\\~~~~~~~~~")
        for piece: [UInt8] in [[0x00], [0x1F], [UInt8(ascii: "\"")], [0x80], [0xC3, 0x28], [0xFF]] {
            #expect(throws: ModelRequestFault.self) { try model(piece) }
        }
    }

    @Test(arguments: ["1024.5", "1e-1", "-1.0", "0.0", "0e5"])
    func refusesACapThatIsNoWholeNumberAboveZero(_ number: String) {
        #expect(throws: ModelRequestFault.invalid("max_tokens", mustBe: "a whole number above zero")) {
            try read(#"{"model":"a","max_tokens":\#(number)}"#)
        }
    }

    @Test func takesOnlyADialectsOwnCapForOne() throws {
        let body = #"{"model":"a","max_completion_tokens":1}"#
        #expect(try read(body).completionCap == 1)
        #expect(try edited(body, .anthropic, cap: 9).hasSuffix(#""max_completion_tokens":1,"max_tokens":9}"#))
    }

    @Test func changesNothingButWhatItMust() throws {
        let body =
            #" { "messages" : [ {"role":"user","content":"\u00e9 \"max_tokens\": 9  😀"} ], "#
            + #""model" : "k2p5" ,"temperature":0.70,"max_tokens":4096,"seed":12345678901234567890, "stream":true } "#
        let expected = body.replacing(#""k2p5""#, with: #""kimi-k2.6""#).replacing("4096", with: "100")
            .replacing("true }", with: #"true ,"stream_options":{"include_usage":true}}"#)
        #expect(try edited(body, cap: 100) == expected)
    }

    @Test func addsACapWhereThereIsNone() throws {
        #expect(
            try edited(#"{"model":"a"}"#, cap: 7) == #"{"model":"kimi-k2.6","max_completion_tokens":7}"#)
        #expect(
            try edited(#"{"model":"a"}"#, .anthropic, cap: 7) == #"{"model":"kimi-k2.6","max_tokens":7}"#)
    }

    @Test(arguments: [
        (#"{"model":"a","max_tokens":1,"stream":true}"#, #","stream_options":{"include_usage":true}}"#),
        (#"{"model":"a","max_tokens":1,"stream":true,"stream_options":null}"#, #""stream_options":{"include_usage":true}}"#),
        (#"{"model":"a","max_tokens":1,"stream":true,"stream_options":{}}"#, #""stream_options":{"include_usage":true}}"#),
        (#"{"model":"a","max_tokens":1,"stream":true,"stream_options":{"x":1}}"#, #"{"x":1,"include_usage":true}}"#),
        (
            #"{"model":"a","max_tokens":1,"stream":true,"stream_options":{"include_usage":false}}"#,
            #"{"include_usage":true}}"#
        ),
    ])
    func asksTheUpstreamForTheUsageOfAStream(_ body: String, _ end: String) throws {
        #expect(try edited(body, cap: 1).hasSuffix(end))
        #expect(try !read(body).asksForUsage)
    }

    @Test func leavesStreamOptionsAloneWhereTheClientAsked() throws {
        let body = #"{"model":"kimi-k2.6","max_tokens":1,"stream":true,"stream_options":{"include_usage":true}}"#
        #expect(try edited(body, cap: 1) == body)
        #expect(try read(body).asksForUsage)
    }

    @Test(arguments: [
        "", "[]", "null", "{", #"{"model":"a",}"#, #"{"model":"a"} x"#, #"{"model":"a" "b":1}"#, #"{model:"a"}"#,
        #"{"model":"a","x":01}"#, #"{"model":"a","x":1.}"#, #"{"model":"a","x":.5}"#, #"{"model":"a","x":+1}"#,
        #"{"model":"a","x":"\q"}"#, #"{"model":"a","x":"\u12g4"}"#, "{\"model\":\"a\",\"x\":\"\n\"}",
        #"{"model":"a","x":tru}"#, #"{"model":"a","x":NaN}"#, #"{"model":"a","x":[1,]}"#, #"{"model":"a","x":[1 2]}"#,
        #"{"model":"a","model":"b"}"#, #"{"model":"a","\u006dodel":"b"}"#, #"{"model":"a","x":1,"x":2}"#,
        #"{"model":"a","stream_options":{"include_usage":true,"include_usage":false}}"#,
        "{\"model\":\"a\",\"x\":" + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "}",
    ])
    func refusesWhatIsNotJSONOrCanBeReadInTwoWays(_ body: String) {
        expectMalformed(body)
    }

    /// Go's parser takes them for the same names, with the long s and the Kelvin sign as well.
    @Test(arguments: [
        #"{"model":"a","MAX_TOKENS":131072}"#, #"{"MAX_TOKENS":131072,"model":"a","max_tokens":1}"#,
        #"{"model":"a","Max_Completion_Tokens":9}"#, #"{"model":"a","N":8}"#, #"{"model":"a","Stream":true}"#,
        #"{"model":"a","Stream_options":{}}"#, #"{"model":"a","Model":"b"}"#, #"{"model":"a","Messages":[]}"#,
        #"{"model":"a","TOOLS":[]}"#, #"{"model":"a","\u004e":8}"#, #"{"model":"a","max_token\u017f":9}"#,
        "{\"model\":\"a\",\"max_token\u{17F}\":9}", "{\"model\":\"a\",\"max_to\u{212A}ens\":9}",
        #"{"model":"a","stream_options":{"include_usage":true,"Include_Usage":false}}"#,
        #"{"model":"a","messages":[{"Role":"cache"}]}"#, #"{"model":"a","messages":[{"content":[{"Type":"video_url"}]}]}"#,
        #"{"model":"a","messages":[{"content":[{"image_url":{"URL":"https://example.com"}}]}]}"#,
        #"{"model":"a","tools":[{"type":"function","TYPE":"builtin_function"}]}"#,
    ])
    func refusesNamesThatOnlyDifferInTheirCaseFromOnesThatMatter(_ body: String) {
        expectMalformed(body)
    }

    @Test func takesAllOtherNamesInAnyCase() throws {
        let body = #"{"model":"a","X":1,"x":2,"topP":3,"NN":4,"\u00d1":5,"É":6,"漢":7,"😀":8,"metadata":{"Model":9,"N":10}}"#
        #expect(try read(body).size == body.utf8.count)
    }

    @Test func findsNamesHoweverTheyAreEscaped() throws {
        let request = try read(
            #"{"\u006dodel":"k2\u0070\/5","\u0073tream":true,"m\u0061x_tokens":7,"max_tokens\u0073":0,"\u006e\u006e":2}"#)
        #expect(request.model == "k2p/5")
        #expect(request.streams)
        #expect(request.completionCap == 7)
    }

    @Test func refusesNamesThatAreTooLongToBeWorthReading() throws {
        for name in [String(repeating: #"\u0061"#, count: 171), String(repeating: "a", count: 1025)] {
            expectMalformed(#"{"model":"a","\#(name)":1}"#)
            #expect(throws: ModelRequestFault.invalid("model", mustBe: "a name of at most 1024 bytes")) {
                try read(#"{"model":"\#(name)"}"#)
            }
        }
        let longest = String(repeating: #"\u0061"#, count: 170)
        #expect(try read(#"{"model":"a","\#(longest)":1}"#).model == "a")
    }

    @Test(arguments: [
        [0xFF], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
    ])
    func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
        let body = Array(#"{"model":"a","x":"long enough to be read in steps "#.utf8) + bytes + Array(#""}"#.utf8)
        #expect(throws: ModelRequestFault.self) { try body.withUnsafeBytes { try ModelRequest(.openAI, body: $0) } }
    }

    @Test(arguments: [
        (#"{"messages":[]}"#, ModelRequestFault.missingModel),
        (#"{"model":7}"#, .invalid("model", mustBe: "a string")),
        (#"{"model":"a","n":2}"#, .invalid("n", mustBe: "1")),
        (#"{"model":"a","n":"2"}"#, .invalid("n", mustBe: "1")),
        (#"{"model":"a","stream":"yes"}"#, .invalid("stream", mustBe: "true or false")),
        (#"{"model":"a","max_tokens":0}"#, .invalid("max_tokens", mustBe: "a whole number above zero")),
        (#"{"model":"a","max_tokens":-5}"#, .invalid("max_tokens", mustBe: "a whole number above zero")),
        (
            #"{"model":"a","max_completion_tokens":1e-3}"#,
            .invalid("max_completion_tokens", mustBe: "a whole number above zero")
        ),
        (#"{"model":"a","max_tokens":-99999999999999999999}"#, .invalid("max_tokens", mustBe: "a whole number above zero")),
        (#"{"model":"a","stream_options":[]}"#, .invalid("stream_options", mustBe: "an object")),
    ])
    func saysWhichValueMustNotBe(_ body: String, _ fault: ModelRequestFault) {
        #expect(throws: fault) { try read(body) }
    }

    @Test func acceptsOneChoiceAndNulls() throws {
        #expect(try read(#"{"model":"a","n":1}"#).completionCap == nil)
        let request = try read(#"{"model":"a","n":null,"stream":null,"max_tokens":null}"#)
        #expect(!request.streams)
        #expect(try edited(#"{"model":"a","max_tokens":null}"#, cap: 9) == #"{"model":"kimi-k2.6","max_tokens":9}"#)
    }

    @Test func readsAnImageOf32MBInPassing() throws {
        let image = String(repeating: "iVBORw0KGgoAAAAN", count: 2 << 20)
        let body = Array(#"{"model":"a","messages":[{"content":"\#(image)"}]}"#.utf8)
        let clock = ContinuousClock()
        var request: ModelRequest?
        let duration = try clock.measure { request = try body.withUnsafeBytes { try ModelRequest(.openAI, body: $0) } }
        #expect(request?.size == body.count)
        #expect(duration < .seconds(5))
    }

    private func expectMalformed(_ body: String) {
        let fault = #expect(throws: ModelRequestFault.self) { try read(body) }
        guard case .malformed = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    private func read(_ body: String, _ dialect: ModelDialect = .openAI) throws -> ModelRequest {
        try Array(body.utf8).withUnsafeBytes { try ModelRequest(dialect, body: $0) }
    }

    private func edited(_ body: String, _ dialect: ModelDialect = .openAI, cap: Int) throws -> String {
        let edits = try read(body, dialect).edits(quotedModel: "\"kimi-k2.6\"", completionCap: cap)
        var bytes = Array(body.utf8)
        for edit in edits.reversed() { bytes.replaceSubrange(edit.range, with: Array(edit.replacement.utf8)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
