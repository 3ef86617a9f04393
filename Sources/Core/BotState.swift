/// What Telegram says of an agent's bot.
package enum BotState: Sendable, Hashable {
    case fine
    /// The bot was deleted, or its token revoked.
    case gone
    /// A webhook is set: what is written to the bot goes there, and never to the agent.
    case takenOver
    /// Nothing may be asked for so many seconds.
    case busy(Int)
    case unreachable
    /// Nobody has asked.
    case unknown
}
