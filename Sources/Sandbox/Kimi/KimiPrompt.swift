import FoundationEssentials

/// Whose form a request and its answer have.
enum KimiDialect: Sendable {
    case openAI, anthropic
}

/// What matters of a request, in either form.
struct KimiPrompt: Sendable {
    struct Message: Sendable, Hashable {
        let role: String
        let text: String
        /// Whether it carries a tool's result.
        let isToolResult: Bool
        /// Whether it calls tools that the sandbox had thought about, without the thoughts.
        var lacksReasoning = false

        var tokens: Int { KimiTokens.count(text) + 4 }
    }

    let model: String
    /// System texts included, in their order.
    let messages: [Message]
    let streams: Bool
    let asksForUsage: Bool
    let maximumTokens: Int?
    let tools: [String]
    /// What the client calls the conversation.
    let cacheKey: String?
    /// Tokens, by the sandbox's own count: a quarter of the bytes of all texts, and four for each message.
    let tokens: Int

    /// - Throws: `DecodingError`, ``KimiFault``.
    init(_ body: Data, _ dialect: KimiDialect) throws {
        let wire = try JSONDecoder().decode(Wire.self, from: body)
        guard !wire.messages.isEmpty else { throw KimiFault.invalidRequest("messages must not be empty") }
        if let n = wire.n, n > 1 { throw KimiFault.invalidRequest("n must be 1") }
        if dialect == .anthropic, wire.maxTokens == nil { throw KimiFault.invalidRequest("max_tokens is required") }
        let system = wire.system.map { [Message(role: "system", text: $0.text, isToolResult: false)] } ?? []
        messages =
            system
            + wire.messages.map { message in
                Message(
                    role: message.role, text: message.content?.text ?? "",
                    isToolResult: message.role == "tool" || message.content?.hasToolResult == true,
                    lacksReasoning: message.lacksReasoning)
            }
        // Source: the error of thinking models when thoughts don't come back with the calls they led to.
        if let index = messages.firstIndex(where: \.lacksReasoning) {
            throw KimiFault.invalidRequest(
                "thinking is enabled but reasoning_content is missing in assistant tool call message at index \(index)")
        }
        model = wire.model
        streams = wire.stream ?? false
        asksForUsage = wire.streamOptions?.includeUsage ?? false
        maximumTokens = wire.maxCompletionTokens ?? wire.maxTokens
        tools = (wire.tools ?? []).compactMap { $0.name ?? $0.function?.name }
        cacheKey = wire.promptCacheKey
        tokens = messages.reduce(0) { $0 + $1.tokens }
    }

    /// What people have said, without what their agent's program puts around it.
    var personTexts: [String] {
        messages.filter { $0.role == "user" && !$0.isToolResult }.compactMap { OpenClawWords.person(in: $0.text) }
    }

    /// What the person said last; empty if the model or a tool has spoken since.
    var lastText: String {
        for message in messages.reversed() {
            if message.role != "user" || message.isToolResult { return "" }
            if let text = OpenClawWords.person(in: message.text) { return text }
        }
        return ""
    }

    /// What the tools have answered to the model's last calls; `nil` if a person has the last word.
    var toolResult: String? {
        let results = messages.reversed().drop { $0.role == "user" && OpenClawWords.person(in: $0.text) == nil }
            .prefix(while: \.isToolResult)
        return results.isEmpty ? nil : results.reversed().map(\.text).joined(separator: "\n")
    }

    var system: String { messages.filter { $0.role == "system" }.map(\.text).joined(separator: "\n") }

    private struct Wire: Decodable {
        let model: String
        let messages: [WireMessage]
        let system: Content?
        let stream: Bool?
        let streamOptions: StreamOptions?
        let maxTokens: Int?
        let maxCompletionTokens: Int?
        let n: Int?
        let tools: [Tool]?
        let promptCacheKey: String?

        enum CodingKeys: String, CodingKey {
            case model, messages, system, stream, n, tools
            case promptCacheKey = "prompt_cache_key"
            case streamOptions = "stream_options"
            case maxTokens = "max_tokens"
            case maxCompletionTokens = "max_completion_tokens"
        }
    }

    private struct WireMessage: Decodable {
        let role: String
        let content: Content?
        let reasoningContent: String?
        let toolCalls: [Call]?

        struct Call: Decodable { let id: String? }

        var lacksReasoning: Bool {
            (reasoningContent ?? "").isEmpty
                && toolCalls?.contains { $0.id?.hasSuffix(KimiCompletion.thoughtful) ?? false } ?? false
        }

        enum CodingKeys: String, CodingKey {
            case role, content
            case reasoningContent = "reasoning_content"
            case toolCalls = "tool_calls"
        }
    }

    private struct StreamOptions: Decodable {
        let includeUsage: Bool?

        enum CodingKeys: String, CodingKey { case includeUsage = "include_usage" }
    }

    private struct Tool: Decodable {
        let name: String?
        let function: Function?

        struct Function: Decodable { let name: String }
    }

    /// A text, or parts of which some are texts.
    private enum Content: Decodable {
        case text(String)
        case parts([Part])

        struct Part: Decodable {
            let type: String
            let text: String?
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .parts(try container.decode([Part].self))
            }
        }

        var text: String {
            switch self {
            case .text(let text): text
            case .parts(let parts): parts.compactMap(\.text).joined(separator: "\n")
            }
        }

        var hasToolResult: Bool {
            guard case .parts(let parts) = self else { return false }
            return parts.contains { $0.type == "tool_result" }
        }
    }
}

/// The sandbox's tokens: deterministic, and about as many as a real tokenizer makes of the same text.
enum KimiTokens {
    static func count(_ text: String) -> Int { (text.utf8.count + 3) / 4 }
}
