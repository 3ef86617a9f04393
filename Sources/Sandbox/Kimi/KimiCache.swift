import Synchronization

/// What the sandbox has read before, of each conversation: the messages that a prompt begins with, and that the one before it
/// in the same conversation began with, come from the cache. A prompt's last message never does.
final class KimiCache: Sendable {
    private struct Conversation: Hashable {
        let key: String
        let model: String
        /// What the client says (`prompt_cache_key`), or else the first message.
        let name: String
    }

    private let prompts = Mutex<[Conversation: [KimiPrompt.Message]]>([:])
    /// Conversations that are remembered.
    private static let most = 10_000

    /// - Parameter key: the account's.
    /// - Returns: tokens of the prompt that come from the cache.
    func read(_ prompt: KimiPrompt, key: String) -> Int {
        guard let first = prompt.messages.first else { return 0 }
        let conversation = Conversation(key: key, model: prompt.model, name: prompt.cacheKey ?? first.text)
        let before = prompts.withLock { prompts in
            if prompts.count >= Self.most { prompts = [:] }
            return prompts.updateValue(prompt.messages, forKey: conversation) ?? []
        }
        return zip(prompt.messages.dropLast(), before).prefix { $0 == $1 }.reduce(0) { $0 + $1.0.tokens }
    }
}
