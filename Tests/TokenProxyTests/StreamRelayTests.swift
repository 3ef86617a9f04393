import ModelAPI
import NIOCore
import Testing

@testable import TokenProxy

struct StreamRelayTests {
    private let word = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n"
    private let extra = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n"
    private let done = "data: [DONE]\n\n"

    /// A relay, and what came out of it.
    private struct Bench {
        var relay: StreamRelay
        var output = ByteBuffer()
        var last = ByteBuffer()

        init(_ dialect: ModelDialect = .openAI, removesUsageChunk: Bool = false) {
            relay = StreamRelay(dialect, removesUsageChunk: removesUsageChunk)
        }

        mutating func receive(_ text: String) -> StreamRelay.Step {
            relay.receive(ByteBuffer(string: text), &output, last: &last)
        }

        mutating func finish() -> StreamRelay.Step { relay.finish(&output, last: &last) }
    }

    @Test func holdsTheLastBytesBack() {
        var bench = Bench()
        #expect(bench.receive(word + extra + done) == .ended)
        #expect(String(buffer: bench.output) == word + extra)
        #expect(String(buffer: bench.last) == done)
        #expect(bench.relay.meter.isFinal)
    }

    @Test func removesTheExtraChunkForThoseWhoDidNotAsk() {
        var bench = Bench(removesUsageChunk: true)
        #expect(bench.receive(word + extra + done) == .ended)
        #expect(String(buffer: bench.output) == word)
        #expect(bench.relay.meter.output == 2)
    }

    @Test func passesNothingOnBehindTheEnd() {
        var bench = Bench()
        _ = bench.receive(done)
        #expect(bench.receive(word) == .ended)
        #expect(bench.finish() == .ended)
        #expect(String(buffer: bench.output).isEmpty)
    }

    @Test func keepsTheUpstreamsOwnErrorToItself() {
        var bench = Bench()
        #expect(bench.receive(word + "data: {\"error\":{\"type\":\"exceeded_current_quota_error\"}}\n\n") == .broken)
        #expect(String(buffer: bench.output) == word)
    }

    @Test func givesAnEndlessEventUp() {
        var bench = Bench()
        #expect(bench.receive(String(repeating: "x", count: 5 << 20)) == .broken)
    }

    @Test func endsAnthropicsStreamWithItsLastEvent() {
        var bench = Bench(.anthropic, removesUsageChunk: true)
        let stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        #expect(bench.receive(stop) == .ended)
        #expect(String(buffer: bench.last) == stop)
    }

    @Test func takesAStreamThatOmitsTheLastBlankLine() {
        var bench = Bench()
        #expect(bench.receive(word + extra + "data: [DONE]") == .goesOn)
        #expect(bench.finish() == .ended)
        #expect(String(buffer: bench.last) == "data: [DONE]")
    }

    @Test(arguments: ["", "data: {\"choices\":[],\"usa", ": half a comment"])
    func endsAStreamWellThatOmitsWhatStandsBehindTheAnswer(_ rest: String) {
        var bench = Bench()
        let finish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
        #expect(bench.receive(word + finish + rest) == .goesOn)
        #expect(bench.finish() == .ended)
        #expect(String(buffer: bench.output).hasPrefix(word + finish) && !String(buffer: bench.output).contains("usa"))
        #expect(String(buffer: bench.last) == done)
        #expect(bench.relay.meter.producedBytes == 2)
    }

    @Test func endsAnthropicsStreamWellThatOmitsItsLastEvent() {
        var bench = Bench(.anthropic)
        let delta = "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}"
        #expect(bench.receive(delta) == .goesOn)
        #expect(bench.finish() == .ended)
        #expect(String(buffer: bench.output) == delta + "\n\n")
        #expect(String(buffer: bench.last) == "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
    }

    @Test func passesNoHalfAnEventOn() {
        var bench = Bench()
        _ = bench.receive(word + "data: {\"choices\":[{\"delta\":{\"con")
        #expect(bench.finish() == .broken)
        #expect(String(buffer: bench.output) == word)
        #expect(bench.relay.meter.producedBytes > 2)
    }

    @Test func removesAnExtraChunkWithoutChoices() {
        var bench = Bench(removesUsageChunk: true)
        let extra = "data: {\"id\":\"x\",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n"
        #expect(bench.receive(word + extra + done) == .ended)
        #expect(String(buffer: bench.output) == word)
    }

    @Test func goesOnBehindAnErrorThatIsNone() {
        var bench = Bench()
        let chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"error\":\"\"}\n\n"
        #expect(bench.receive(chunk) == .goesOn)
        #expect(String(buffer: bench.output) == chunk)
    }

    @Test func takesAStreamThatEndsWithoutAWordForBroken() {
        var bench = Bench()
        _ = bench.receive(word)
        #expect(bench.finish() == .broken)
    }

    @Test(arguments: 1...40)
    func passesTheSameOnHoweverTheStreamIsCut(_ size: Int) {
        let text = word + "event: x\r\ndata: {\"a\":1,\r\ndata: \"b\":2}\r\n\r\n: comment\n\n" + extra + word + done
        var bench = Bench()
        let bytes = Array(text.utf8)
        var step = StreamRelay.Step.goesOn
        for start in stride(from: 0, to: bytes.count, by: size) {
            step = bench.relay.receive(
                ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]), &bench.output, last: &bench.last)
        }
        #expect(step == .ended)
        #expect(String(buffer: bench.output) + String(buffer: bench.last) == text)
    }
}
