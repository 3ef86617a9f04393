import ModelAPI
import Testing

struct ModelErrorTests {
    private let error = ModelError(type: "rate_limit_error", code: "too_many", message: "Say \"please\"\n")

    @Test func hasTheFormOfTheDialect() {
        #expect(
            error.body(.openAI, requestID: "req_1")
                == #"{"error":{"type":"rate_limit_error","code":"too_many","message":"Say \"please\"\n"}}"#)
        #expect(
            error.body(.anthropic, requestID: "req_1")
                == #"{"type":"error","error":{"type":"rate_limit_error","code":"too_many","message":"Say \"please\"\n"},"request_id":"req_1"}"#
        )
    }

    @Test(arguments: [ModelDialect.openAI, .anthropic])
    func readsWhatItWrites(_ dialect: ModelDialect) {
        #expect(read(error.body(dialect, requestID: "")) == error)
    }

    @Test(arguments: ["", "<html></html>", "{}", "[]", #"{"error":""}"#, #"{"error":null}"#, #"{"error":{}} x"#])
    func readsNothingElse(_ body: String) {
        #expect(read(body) == nil)
    }

    @Test func readsAnErrorThatIsNothingButAText() {
        #expect(read(#"{"error":"no such model"}"#) == ModelError(type: "", message: "no such model"))
    }

    @Test(arguments: [
        #"{"type":"exceeded_current_quota_error","message":""}"#,
        #"{"type":"insufficient_quota","code":"insufficient_quota","message":"You exceeded your current quota."}"#,
        #"{"type":"invalid_request_error","message":"Your credit balance is too low to access the Claude API."}"#,
        #"{"message":"Insufficient Balance"}"#, #"{"code":"billing_hard_limit_reached"}"#, #"{"code":"Arrearage"}"#,
        #""Insufficient credits. Add more.""#,
        #"{"message":"Your account is suspended, check your plan and billing details"}"#,
    ])
    func knowsAnEmptyAccount(_ error: String) {
        #expect(read(#"{"error":\#(error)}"#)?.isAboutAccount == true)
    }

    @Test(arguments: [
        #"{"type":"rate_limit_reached_error","message":"Too many requests"}"#,
        #"{"type":"invalid_request_error","message":"max_tokens: 9 exceeded the limit"}"#,
        // The client's own words.
        #"{"type":"invalid_request_error","message":"Unknown tool: \"my credit balance is too low\""}"#,
        #"{"type":"invalid_request_error","message":"`credit balance too low` is no member"}"#,
    ])
    func takesNothingElseForAnEmptyAccount(_ error: String) {
        #expect(read(#"{"error":\#(error)}"#)?.isAboutAccount == false)
    }

    @Test func unescapesTexts() {
        let read = read(#"{"error":{"type":"a\/b","message":"\u00e9\ud83d\ude00\t\ud800"}}"#)
        #expect(read?.type == "a/b")
        #expect(read?.message == "é😀\t\u{FFFD}")
    }

    private func read(_ body: String) -> ModelError? {
        Array(body.utf8).withUnsafeBytes { ModelError(body: $0) }
    }
}
