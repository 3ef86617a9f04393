/// Messages in Anthropic's form. Source: https://docs.claude.com/en/api/messages-streaming
struct KimiAnthropicWriter: KimiWriter {
    let call: KimiCall

    private var stopReason: String {
        call.completion.toolCall != nil ? "tool_use" : call.completion.isCut ? "max_tokens" : "end_turn"
    }

    func whole() throws -> String {
        var message = Message(call, output: call.completion.tokens)
        message.content = [block(text: call.completion.text, isWhole: true)]
        message.stopReason = stopReason
        return try JSONText.encode(message)
    }

    func opening() throws -> [String] {
        var events = [
            try event("message_start", Event(message: Message(call, output: 1))),
            try event("content_block_start", Event(index: 0, contentBlock: block(text: "", isWhole: false))),
        ]
        if let tool = call.completion.toolCall {
            let delta = Delta(type: "input_json_delta", partialJSON: tool.arguments)
            events.append(try event("content_block_delta", Event(index: 0, delta: delta)))
        }
        return events
    }

    func piece(_ text: String) throws -> String {
        try event("content_block_delta", Event(index: 0, delta: Delta(type: "text_delta", text: text)))
    }

    func closing() throws -> [String] {
        [
            try event("content_block_stop", Event(index: 0)),
            try event(
                "message_delta",
                Event(delta: Delta(stopReason: stopReason), usage: Usage(output: call.completion.tokens))),
            try event("message_stop", Event()),
        ]
    }

    private func block(text: String, isWhole: Bool) -> Block {
        guard let tool = call.completion.toolCall else { return Block(type: "text", text: text) }
        let arguments = isWhole ? (try? JSONText.decode([String: String].self, from: tool.arguments)) ?? [:] : [:]
        return Block(type: "tool_use", id: "toolu_\(tool.name)", name: tool.name, input: arguments)
    }

    private func event(_ name: String, _ event: Event) throws -> String {
        var event = event
        event.type = name
        return "event: \(name)\ndata: \(try JSONText.encode(event))\n\n"
    }

    private struct Event: Encodable {
        var type = ""
        var index: Int?
        var message: Message?
        var contentBlock: Block?
        var delta: Delta?
        var usage: Usage?

        enum CodingKeys: String, CodingKey {
            case type, index, message, delta, usage
            case contentBlock = "content_block"
        }
    }

    private struct Message: Encodable {
        let id: String
        let type = "message"
        let role = "assistant"
        let model: String
        var content: [Block] = []
        var stopReason: String?
        let usage: Usage

        init(_ call: KimiCall, output: Int) {
            id = call.id
            model = call.prompt.model
            usage = Usage(
                input: call.prompt.tokens - call.cached, cached: call.cached == 0 ? nil : call.cached, output: output)
        }

        enum CodingKeys: String, CodingKey {
            case id, type, role, model, content, usage
            case stopReason = "stop_reason"
        }
    }

    private struct Block: Encodable {
        let type: String
        var text: String?
        var id: String?
        var name: String?
        /// Tool arguments that the directive gave; only texts.
        var input: [String: String]?
    }

    private struct Delta: Encodable {
        var type: String?
        var text: String?
        var partialJSON: String?
        var stopReason: String?

        enum CodingKeys: String, CodingKey {
            case type, text
            case partialJSON = "partial_json"
            case stopReason = "stop_reason"
        }
    }

    private struct Usage: Encodable {
        var input: Int?
        var cached: Int?
        let output: Int

        enum CodingKeys: String, CodingKey {
            case input = "input_tokens"
            case cached = "cache_read_input_tokens"
            case output = "output_tokens"
        }
    }
}
