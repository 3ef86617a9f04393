/// The two forms in which models are called.
package enum ModelDialect: Sendable, Hashable {
    /// `POST /v1/chat/completions` (https://platform.openai.com/docs/api-reference/chat).
    case openAI
    /// `POST /v1/messages` (https://docs.anthropic.com/en/api/messages).
    case anthropic

    /// What stands at the end of each stream.
    package var streamEnd: String {
        switch self {
        case .openAI: ServerSentEvent.encoded(data: "[DONE]")
        case .anthropic: ServerSentEvent.encoded(name: "message_stop", data: #"{"type":"message_stop"}"#)
        }
    }
}
