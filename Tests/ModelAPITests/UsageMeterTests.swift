import ModelAPI
import Testing

struct UsageMeterTests {
    private static let word = #"{"choices":[{"index":0,"delta":{"content":"Hello"}}]}"#
    private static let usage = #""usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"cached_tokens":4}"#

    @Test(arguments: [
        [#"{"choices":[{"delta":{},"finish_reason":"stop"}],\#(usage)}"#],
        [#"{"choices":[{"delta":{},"finish_reason":"stop",\#(usage)}]}"#],
        [#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#, #"{"choices":[],\#(usage)}"#],
        [#"{"choices":[{"delta":{},"finish_reason":"stop",\#(usage)}],\#(usage)}"#, #"{"choices":[],\#(usage)}"#],
    ])
    func readsEachOfThePlacesAndAddsNothingUp(_ end: [String]) {
        let meter = meter(.openAI, [Self.word] + end + ["[DONE]"])
        #expect(meter.input == 10)
        #expect(meter.cached == 4)
        #expect(meter.output == 5)
        #expect(meter.isFinal)
    }

    @Test func mergesFieldByField() {
        let meter = meter(
            .openAI,
            [
                #"{"choices":[{"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":10,"completion_tokens":4}}]}"#,
                #"{"choices":[],"usage":{"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":3}}}"#,
            ])
        #expect(meter.input == 10)
        #expect(meter.output == 5)
        #expect(meter.cached == 3)
    }

    @Test(arguments: [
        (40, 7, #"{"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}"#),
        (40, 7, #"{"choices":[],"usage":{"prompt_tokens":40,"completion_tokens":2}}"#),
        (41, 9, #"{"choices":[],"usage":{"prompt_tokens":41,"completion_tokens":9}}"#),
    ])
    func theLargestFigureOfEachFieldCounts(_ input: Int, _ output: Int, _ last: String) {
        let finish = #"{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":40,"completion_tokens":7}}"#
        let meter = meter(.openAI, [Self.word, finish, last, "[DONE]"])
        #expect(meter.isFinal && meter.input == input && meter.output == output)
    }

    @Test func anthropicsClosingEventTakesNothingBackOfTheBeginning() {
        let start =
            #"{"type":"message_start","message":{"usage":{"input_tokens":5000,"cache_read_input_tokens":300,"output_tokens":3}}}"#
        let end =
            #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":0,"output_tokens":7}}"#
        let meter = meter(.anthropic, [start, end, #"{"type":"message_stop"}"#])
        #expect(meter.isFinal && meter.input == 5300 && meter.cached == 300 && meter.output == 7)
    }

    @Test(arguments: [
        (1007, #"{"prompt_tokens":40,"completion_tokens":7,"total_tokens":1047}"#),
        (1007, #"{"prompt_tokens":40,"total_tokens":1047}"#),
        (1007, #"{"prompt_tokens":40,"completion_tokens":7,"completion_tokens_details":{"reasoning_tokens":1000}}"#),
        (7, #"{"prompt_tokens":40,"completion_tokens":7,"completion_tokens_details":{"reasoning_tokens":5}}"#),
        (7, #"{"prompt_tokens":40,"completion_tokens":7,"total_tokens":12}"#),
    ])
    func whatTheTotalHasBeyondPromptAndCompletionIsOutput(_ output: Int, _ usage: String) {
        let meter = meter(.openAI, [#"{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":\#(usage)}"#])
        #expect(meter.isFinal && meter.input == 40 && meter.output == output)
    }

    @Test(arguments: ["40.0", "4e1", "4.0E+1", "400e-1", "0.4e2", "40"])
    func readsAWholeNumberHoweverItIsWritten(_ figure: String) {
        let meter = meter(
            .openAI,
            [#"{"choices":[],"usage":{"prompt_tokens":\#(figure),"completion_tokens":7.0,"total_tokens":47.00}}"#])
        #expect(meter.isFinal && meter.input == 40 && meter.output == 7)
    }

    @Test func takesNoTokensForATextForNoFigure() {
        let meter = meter(
            .openAI, [Self.word, #"{"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0}}"#, "[DONE]"])
        #expect(meter.input == nil && meter.output == nil && !meter.isFinal)
    }

    @Test(arguments: [#""error":"""#, #""error":null"#, #""error":false"#, #""error":[]"#])
    func takesOnlyAnObjectOrATextForAnError(_ member: String) {
        var meter = UsageMeter(.openAI)
        #expect(!meter.read(event: #"{"choices":[{"delta":{"content":"a"}}],\#(member)}"#).isError)
        #expect(meter.read(event: #"{"error":"overloaded"}"#).isError)
    }

    @Test(arguments: ["", #""choices":[],"#, #""choices":null,"#])
    func knowsTheExtraChunkThoughItHasNoChoicesMember(_ choices: String) {
        var meter = UsageMeter(.openAI)
        #expect(meter.read(event: #"{"id":"x",\#(choices)\#(Self.usage)}"#).isUsageOnly)
        #expect(meter.isFinal)
        _ = meter.read(event: Self.word)
        #expect(!meter.isFinal, "it was a running usage")
    }

    @Test func knowsThatARunningUsageIsNotTheLast() {
        var meter = meter(.openAI, [#"{"choices":[{"delta":{"content":"a"}}],\#(Self.usage)}"#])
        #expect(!meter.isFinal)
        _ = meter.read(event: "[DONE]")
        #expect(meter.isFinal)
    }

    @Test func tellsTheExtraChunkFromOthers() {
        var meter = UsageMeter(.openAI)
        #expect(meter.read(event: #"{"choices":[],\#(Self.usage)}"#).isUsageOnly)
        #expect(!meter.read(event: #"{"choices":[],"usage":null}"#).isUsageOnly)
        #expect(!meter.read(event: #"{"choices":[{"delta":{}}],\#(Self.usage)}"#).isUsageOnly)
        #expect(meter.read(event: "[DONE]").isEnd)
    }

    @Test func readsBothOfAnthropicsEvents() {
        let start =
            #"{"type":"message_start","message":{"usage":{"input_tokens":7,"cache_read_input_tokens":2,"#
            + #""cache_creation_input_tokens":1,"output_tokens":1}}}"#
        let delta = #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#
        var meter = meter(.anthropic, [start, delta])
        #expect(meter.input == 10)
        #expect(meter.cached == 2)
        #expect(!meter.isFinal)
        #expect(meter.producedBytes >= 2)
        let end = #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":12}}"#
        #expect(!meter.read(event: end).isEnd)
        #expect(meter.read(event: #"{"type":"message_stop"}"#).isEnd)
        #expect(meter.output == 12)
        #expect(meter.isFinal)
    }

    @Test(arguments: [
        #"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#,
        #"{"type":"message_delta","usage":{}}"#, #"{"type":"message_delta","usage":{"output_tokens":null}}"#,
    ])
    func takesNoFigureOfTheBeginningForThatOfTheWholeAnswer(_ end: String) {
        let start = #"{"type":"message_start","message":{"usage":{"input_tokens":7,"output_tokens":1}}}"#
        let meter = meter(.anthropic, [start, end, #"{"type":"message_stop"}"#, "[DONE]"])
        #expect(meter.input == 7)
        #expect(!meter.isFinal)
    }

    @Test func readsAnswersThatComeInOnePiece() {
        var openAI = UsageMeter(.openAI)
        Array(#"{"choices":[{"message":{"content":"Hi"}}],\#(Self.usage)}"#.utf8).withUnsafeBytes { openAI.read(answer: $0) }
        #expect(openAI.isFinal && openAI.input == 10 && openAI.output == 5)
        var anthropic = UsageMeter(.anthropic)
        Array(#"{"content":[{"text":"Hi"}],"usage":{"input_tokens":3,"output_tokens":4}}"#.utf8).withUnsafeBytes {
            anthropic.read(answer: $0)
        }
        #expect(anthropic.isFinal && anthropic.input == 3 && anthropic.output == 4)
    }

    @Test(arguments: [#"{"error":{"message":"no"}}"#, #"{"type":"error","error":{"type":"overloaded_error"}}"#])
    func noticesThatTheUpstreamGaveUp(_ event: String) {
        var meter = UsageMeter(.anthropic)
        #expect(meter.read(event: event).isError)
        #expect(!meter.hasOutput)
    }

    @Test func countsWhatItCannotReadAsProduced() {
        let meter = meter(.openAI, ["not json"])
        #expect(meter.producedBytes == 8)
        #expect(meter.hasOutput)
        #expect(!meter.isFinal)
    }

    private func meter(_ dialect: ModelDialect, _ events: [String]) -> UsageMeter {
        events.reduce(into: UsageMeter(dialect)) { meter, event in _ = meter.read(event: event) }
    }
}

extension UsageMeterTests {
    @Test(arguments: ["9223372036854775807", "100000001", "1e30", "-1"])
    func takesFiguresThatNoCallCanHaveForNone(_ figure: String) {
        var meter = UsageMeter(.anthropic)
        let answer = """
            {"type":"message_delta","usage":{"input_tokens":\(figure),"cache_read_input_tokens":\(figure),"output_tokens":\(figure)}}
            """
        _ = meter.read(event: answer)
        #expect(meter.input == nil && meter.output == nil && meter.cached == 0)
        #expect(!meter.isFinal)
    }

    @Test func finishesWhereTheModelSaysWhyItStopped() {
        var meter = UsageMeter(.anthropic)
        _ = meter.read(event: #"{"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":3}}"#)
        #expect(!meter.hasFinished, "such figures may come again and again")
        _ = meter.read(event: #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}"#)
        #expect(meter.hasFinished && meter.output == 5)
    }
}

extension UsageMeter {
    fileprivate mutating func read(event: String) -> Part {
        Array(event.utf8).withUnsafeBytes { read(event: $0) }
    }
}
