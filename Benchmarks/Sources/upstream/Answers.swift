import NIOCore

/// The bytes of every answer, made once.
struct Answers {
    let alive: ByteBuffer
    let json: ByteBuffer
    /// The head of a stream together with its first chunk, as a model sends them.
    let streamStart: ByteBuffer
    let chunk: ByteBuffer
    let finish: ByteBuffer
    /// `[DONE]` and the end of the body.
    let streamEnd: ByteBuffer

    /// The requests differ little in size, so one figure is right enough for all.
    static let promptTokens = 42

    init() {
        alive = Self.whole(type: "text/plain", body: "alive\n")
        json = Self.whole(type: "application/json", body: Self.completion)
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunkText = Self.event(Self.delta(#"{"content":" streamed"}"#, finishReason: "null"))
        streamStart = ByteBuffer(
            string: head + Self.event(Self.delta(#"{"role":"assistant","content":"A"}"#, finishReason: "null")))
        chunk = ByteBuffer(string: chunkText)
        finish = ByteBuffer(string: Self.event(Self.delta("{}", finishReason: #""stop""#)))
        streamEnd = ByteBuffer(string: Self.event("[DONE]") + "0\r\n\r\n")
    }

    static func usage(chunks: Int) -> ByteBuffer {
        let usage = usageObject(completionTokens: chunks)
        return ByteBuffer(string: event(#"{\#(identity("chat.completion.chunk")),"choices":[],"usage":\#(usage)}"#))
    }

    private static func event(_ data: String) -> String {
        let text = "data: \(data)\n\n"
        return "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
    }

    private static func whole(type: String, body: String) -> ByteBuffer {
        ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private static func identity(_ object: String) -> String {
        #""id":"chatcmpl-6a1f0c7be5d24b0c9d3e8f70","object":"\#(object)","created":1767225600,"model":"kimi-k2.6""#
    }

    private static func usageObject(completionTokens: Int) -> String {
        let total = promptTokens + completionTokens
        return #"{"prompt_tokens":\#(promptTokens),"completion_tokens":\#(completionTokens),"total_tokens":\#(total)}"#
    }

    private static func delta(_ delta: String, finishReason: String) -> String {
        #"{\#(identity("chat.completion.chunk")),"system_fingerprint":"fpv0_5e1c","#
            + #""choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finishReason)}]}"#
    }

    /// About 1 KB.
    private static var completion: String {
        let sentence = "The proxy adds little to what the model itself takes. "
        let content = String(repeating: sentence, count: 13)
        return
            #"{\#(identity("chat.completion")),"choices":[{"index":0,"message":{"role":"assistant","content":"\#(content)"},"#
            + #""finish_reason":"stop"}],"usage":\#(usageObject(completionTokens: 97))}"#
    }
}
