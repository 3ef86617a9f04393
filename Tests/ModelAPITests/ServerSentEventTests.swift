import ModelAPI
import Testing

struct ServerSentEventTests {
    private static let stream = Array(
        "data: {\"a\":1}\n\nevent: ping\r\ndata:{\"b\":2}\r\ndata: more\r\n\r\n: comment\n\ndata: x\rdata: y\r\rdata: [DONE]\n\n"
            .utf8)

    @Test(arguments: 1...40)
    func cutsTheSameEventsHoweverTheBytesArrive(_ size: Int) {
        var parser = ServerSentEventParser()
        var events: [ServerSentEvent] = []
        for start in stride(from: 0, to: Self.stream.count, by: size) {
            events += parser.feed(Self.stream[start..<min(start + size, Self.stream.count)])
        }
        #expect(
            events.map { String(decoding: $0.data, as: UTF8.self) } == [
                #"{"a":1}"#, "{\"b\":2}\nmore", "", "x\ny", "[DONE]",
            ])
        #expect(events.flatMap(\.raw) == Self.stream)
        #expect(parser.finish() == nil)
        #expect(parser.pending == 0)
    }

    @Test func takesALastEventWithoutItsBlankLine() {
        var parser = ServerSentEventParser()
        #expect(parser.feed(Array("data: [DONE]\n".utf8)).isEmpty)
        #expect(parser.pending > 0)
        #expect(parser.finish().map { String(decoding: $0.data, as: UTF8.self) } == "[DONE]")
    }

    @Test func takesALastLineWithoutItsEnd() {
        var parser = ServerSentEventParser()
        #expect(parser.feed(Array("data: a\ndata: b".utf8)).isEmpty)
        #expect(parser.finish().map { String(decoding: $0.data, as: UTF8.self) } == "a\nb")
    }

    @Test func writesWhatItReads() {
        var parser = ServerSentEventParser()
        let text = ServerSentEvent.encoded(name: "error", data: "{}")
        #expect(text == "event: error\ndata: {}\n\n")
        #expect(parser.feed(Array(text.utf8)).map(\.data) == [Array("{}".utf8)])
    }
}
