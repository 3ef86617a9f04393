/// Chat completions. Source: https://platform.moonshot.ai/docs/api/chat
struct KimiOpenAIWriter: KimiWriter {
    let call: KimiCall
    let usagePlaces: KimiDirectives.UsagePlaces

    private var usage: Usage { Usage(call) }
    private var finishReason: String {
        call.completion.toolCall != nil ? "tool_calls" : call.completion.isCut ? "length" : "stop"
    }

    func whole() throws -> String {
        var message = Delta()
        message.role = "assistant"
        message.content = call.completion.text
        message.reasoning = call.completion.reasoning
        message.toolCalls = toolCalls
        return try JSONText.encode(
            Body(
                call, object: "chat.completion", choices: [Choice(message: message, finishReason: finishReason)],
                usage: usage))
    }

    func opening() throws -> [String] {
        var events = [try chunk(Delta(role: "assistant", content: ""))]
        if let reasoning = call.completion.reasoning { events.append(try chunk(Delta(reasoning: reasoning))) }
        if let toolCalls { events.append(try chunk(Delta(toolCalls: toolCalls))) }
        return events
    }

    func piece(_ text: String) throws -> String {
        try chunk(Delta(content: text))
    }

    func closing() throws -> [String] {
        var choice = Choice(delta: Delta(), finishReason: finishReason)
        if usagePlaces.contains(.choice) { choice.usage = usage }
        var events = [
            try event(
                Body(
                    call, object: "chat.completion.chunk", choices: [choice],
                    usage: usagePlaces.contains(.finish) ? usage : nil))
        ]
        if usagePlaces.contains(.extra) {
            events.append(try event(Body(call, object: "chat.completion.chunk", choices: [], usage: usage)))
        }
        return events + ["data: [DONE]\n\n"]
    }

    private func chunk(_ delta: Delta) throws -> String {
        try event(Body(call, object: "chat.completion.chunk", choices: [Choice(delta: delta)], usage: nil))
    }

    private func event(_ body: Body) throws -> String {
        "data: \(try JSONText.encode(body))\n\n"
    }

    private var toolCalls: [ToolCall]? {
        call.completion.toolCall.map { tool in
            [
                ToolCall(
                    id: "\(tool.name):0" + (call.completion.reasoning == nil ? "" : KimiCompletion.thoughtful), index: 0,
                    type: "function",
                    function: .init(name: tool.name, arguments: tool.arguments))
            ]
        }
    }

    private struct Body: Encodable {
        let id: String
        let object: String
        let created: Int64
        let model: String
        let choices: [Choice]
        let usage: Usage?

        init(_ call: KimiCall, object: String, choices: [Choice], usage: Usage?) {
            id = call.id
            self.object = object
            created = call.created
            model = call.prompt.model
            self.choices = choices
            self.usage = usage
        }
    }

    private struct Choice: Encodable {
        let index = 0
        var message: Delta?
        var delta: Delta?
        var finishReason: String?
        var usage: Usage?

        enum CodingKeys: String, CodingKey {
            case index, message, delta, usage
            case finishReason = "finish_reason"
        }
    }

    private struct Delta: Encodable {
        var role: String?
        var content: String?
        var reasoning: String?
        var toolCalls: [ToolCall]?

        enum CodingKeys: String, CodingKey {
            case role, content
            case reasoning = "reasoning_content"
            case toolCalls = "tool_calls"
        }
    }

    private struct ToolCall: Encodable {
        let id: String
        let index: Int
        let type: String
        let function: Function

        struct Function: Encodable {
            let name: String
            let arguments: String
        }
    }

    private struct Usage: Encodable {
        let prompt: Int
        let completion: Int
        let total: Int
        let cached: Int

        init(_ call: KimiCall) {
            prompt = call.prompt.tokens
            completion = call.completion.tokens
            total = prompt + completion
            cached = call.cached
        }

        enum CodingKeys: String, CodingKey {
            case prompt = "prompt_tokens"
            case completion = "completion_tokens"
            case total = "total_tokens"
            case cached = "cached_tokens"
        }
    }
}
