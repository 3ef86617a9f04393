import Core
import Telegram

/// What waits at Telegram for an agent that sleeps. It is looked at and never confirmed, so the agent finds all of it.
struct Inbox {
    let telegram: TelegramClient
    let users: Set<Int64>
    /// How long Telegram is asked to wait for a message, in seconds.
    var patience = 50

    enum Finding: Equatable {
        /// Something for the agent, from these chats.
        case message(chatIDs: Set<Int64>)
        case nothing
        /// Only messages that the agent wouldn't answer. Telegram gives them again at once, so the next look needs a pause.
        case strangers
        /// Somebody else polls, or did a moment ago.
        case conflict
        case refused(TelegramError)
    }

    /// Telegram gives no more at once. When strangers have filled that, nothing behind them could be seen.
    private static let mostUpdates = 100

    /// - Throws: `CancellationError`.
    func look() async throws -> Finding {
        do {
            let updates = try await telegram.getUpdates(timeout: patience)
            let wanted = updates.filter { wakes($0) }
            if !wanted.isEmpty || updates.count >= Self.mostUpdates {
                return .message(chatIDs: Set(wanted.compactMap(\.message?.chat.id)))
            }
            return updates.isEmpty ? .nothing : .strangers
        } catch TelegramError.conflict {
            return .conflict
        } catch let error as TelegramError {
            return .refused(error)
        }
    }

    /// A message or a pressed button of somebody whom the agent answers. What can't be read is the agent's to judge.
    func wakes(_ update: TelegramUpdate) -> Bool {
        if update.isUnreadable { return true }
        guard let sender = update.message?.from ?? update.callbackQuery?.from else { return false }
        return users.contains(sender.id)
    }
}
