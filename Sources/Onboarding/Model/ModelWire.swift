import FoundationEssentials

/// What is said to a model and by it, in OpenAI's form (https://platform.openai.com/docs/api-reference/chat), with Kimi's
/// `reasoning_content`, which must come back with every message that calls tools.
struct ModelMessage: Sendable, Hashable, Codable {
    var role: Role
    var content: String?
    var reasoningContent: String?
    var toolCalls: [ModelToolCall]?
    /// Which call a tool's result answers.
    var toolCallID: String?

    enum Role: String, Sendable, Hashable, Codable {
        case system, user, assistant, tool
    }

    enum CodingKeys: String, CodingKey {
        case role, content
        case reasoningContent = "reasoning_content"
        case toolCalls = "tool_calls"
        case toolCallID = "tool_call_id"
    }

    static func system(_ text: String) -> ModelMessage { ModelMessage(role: .system, content: text) }
    static func user(_ text: String) -> ModelMessage { ModelMessage(role: .user, content: text) }
    static func result(_ text: String, of call: ModelToolCall) -> ModelMessage {
        ModelMessage(role: .tool, content: text, toolCallID: call.id)
    }
}

struct ModelToolCall: Sendable, Hashable, Codable {
    var id: String
    var type = "function"
    var function: Function

    struct Function: Sendable, Hashable, Codable {
        var name: String
        /// JSON, as the model wrote it.
        var arguments: String
    }
}

/// A tool as it is offered.
struct ModelTool: Sendable, Encodable {
    let type = "function"
    let function: Function

    struct Function: Sendable, Encodable {
        let name: String
        let description: String
        let parameters: Parameters
    }

    struct Parameters: Sendable, Encodable {
        let type = "object"
        let properties: [String: Property]
        let required: [String]
        let additionalProperties = false
    }

    struct Property: Sendable, Encodable {
        let type: String
        let description: String
        var `enum`: [String]?
    }
}

struct ModelRequestBody: Encodable {
    let model: String
    let messages: [ModelMessage]
    let tools: [ModelTool]
    let stream = true
    /// Tokens an answer may have.
    let maxTokens: Int
    let promptCacheKey: String

    enum CodingKeys: String, CodingKey {
        case model, messages, tools, stream
        case maxTokens = "max_tokens"
        case promptCacheKey = "prompt_cache_key"
    }
}

/// One event of a stream.
struct ModelChunk: Decodable {
    let choices: [Choice]?
    let error: Fault?

    struct Fault: Decodable { let message: String? }

    struct Choice: Decodable {
        let delta: Delta?
    }

    struct Delta: Decodable {
        let content: String?
        let reasoningContent: String?
        let toolCalls: [Call]?

        enum CodingKeys: String, CodingKey {
            case content
            case reasoningContent = "reasoning_content"
            case toolCalls = "tool_calls"
        }
    }

    struct Call: Decodable {
        let index: Int?
        let id: String?
        let function: Function?

        struct Function: Decodable {
            let name: String?
            let arguments: String?
        }
    }
}
