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

    @Test(arguments: ["", "<html></html>", "{}", "[]", #"{"error":"text"}"#, #"{"error":{}} x"#])
    func readsNothingElse(_ body: String) {
        #expect(read(body) == nil)
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
