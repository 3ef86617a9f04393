import ModelAPI
import Testing

@testable import TokenProxy

struct StreamRelayTests {
    private let word = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n"
    private let extra = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n"
    private let done = "data: [DONE]\n\n"

    @Test func holdsTheLastBytesBack() {
        var relay = StreamRelay(.openAI, removesUsageChunk: false)
        let step = relay.receive(Array((word + extra + done).utf8))
        #expect(step.forward == Array((word + extra).utf8))
        #expect(step.last == Array(done.utf8))
        #expect(relay.meter.isFinal)
    }

    @Test func removesTheExtraChunkForThoseWhoDidNotAsk() {
        var relay = StreamRelay(.openAI, removesUsageChunk: true)
        let step = relay.receive(Array((word + extra + done).utf8))
        #expect(step.forward == Array(word.utf8))
        #expect(relay.meter.output == 2)
    }

    @Test func passesNothingOnBehindTheEnd() {
        var relay = StreamRelay(.openAI, removesUsageChunk: false)
        _ = relay.receive(Array(done.utf8))
        #expect(relay.receive(Array(word.utf8)) == StreamRelay.Step())
        #expect(relay.finish() == StreamRelay.Step())
    }

    @Test func keepsTheUpstreamsOwnErrorToItself() {
        var relay = StreamRelay(.openAI, removesUsageChunk: false)
        let step = relay.receive(Array((word + "data: {\"error\":{\"type\":\"exceeded_current_quota_error\"}}\n\n").utf8))
        #expect(step.forward == Array(word.utf8))
        #expect(step.isBroken)
    }

    @Test func givesAnEndlessEventUp() {
        var relay = StreamRelay(.openAI, removesUsageChunk: false)
        #expect(relay.receive(Array(repeating: UInt8(ascii: "x"), count: 5 << 20)).isBroken)
    }

    @Test func endsAnthropicsStreamWithItsLastEvent() {
        var relay = StreamRelay(.anthropic, removesUsageChunk: true)
        let stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        #expect(relay.receive(Array(stop.utf8)).last == Array(stop.utf8))
    }
}
