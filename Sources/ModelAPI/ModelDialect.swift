/// The two forms in which models are called.
package enum ModelDialect: Sendable, Hashable {
    /// `POST /v1/chat/completions` (https://platform.openai.com/docs/api-reference/chat).
    case openAI
    /// `POST /v1/messages` (https://docs.anthropic.com/en/api/messages).
    case anthropic
}
