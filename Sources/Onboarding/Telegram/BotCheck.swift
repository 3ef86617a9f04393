package import Core
import Store
import Telegram

extension OnboardingService {
    /// Asks Telegram about an agent's bot, for three seconds at most. The agent's own polling isn't disturbed.
    package func botState(of box: Box) async -> BotState {
        guard let bot = box.bot, let token = try? vault.open(bot.sealedToken, context: box.botTokenContext) else {
            return .unknown
        }
        let client = makeBotClient(token)
        do {
            return try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await client.getWebhookInfo().url.isEmpty ? BotState.fine : .takenOver }
                tasks.addTask {
                    try await Task.sleep(for: .seconds(3))
                    return .unreachable
                }
                defer { tasks.cancelAll() }
                return try await tasks.next() ?? .unknown
            }
        } catch TelegramError.unauthorized {
            return .gone
        } catch TelegramError.tooManyRequests(let seconds) {
            return .busy(seconds)
        } catch {
            return .unreachable
        }
    }
}
