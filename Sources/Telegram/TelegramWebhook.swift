/// Where a bot's updates go (https://core.telegram.org/bots/api#webhookinfo).
package struct TelegramWebhook: Sendable, Hashable, Decodable {
    /// Empty where they are polled for.
    package let url: String
}
