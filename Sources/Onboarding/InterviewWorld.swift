import Core
import Jobs
import SQL
import Store
import Telegram

/// Reads the world as far as a conversation depends on it.
struct InterviewWorld {
    let service: OnboardingService
    let transaction: any Transaction
    let now: Timestamp
    let checked: CheckedToken?

    /// - Parameter manager: `nil` while Telegram doesn't answer.
    /// - Throws: `SQLError`.
    func read(
        _ customer: Customer, _ conversation: Conversation, _ state: InterviewState, manager: TelegramUser?
    ) throws -> Interview.World {
        let boxes = BoxStore(transaction)
        let billing = BillingStore(transaction)
        let box = try boxes.current(customerID: customer.id)
        let subscriptions = try box.map { try billing.subscriptions(boxID: $0.id, customerID: customer.id) } ?? []
        // Nothing is left that could be renewed at Stripe, so what was paid once is over and can be bought again.
        let isOver = box?.desired == .suspended && subscriptions.allSatisfy { $0.status == .canceled }
        let checkout = try billing.latestCheckout(customerID: customer.id)
        return Interview.World(
            now: now,
            telegramLink: manager?.username.map { "\(service.telegramLinkBase)/\($0)?start=\(conversation.telegramCode)" },
            canCreateBots: manager.map { $0.canManageBots == true } ?? true,
            botFatherLink: "\(service.telegramLinkBase)/BotFather",
            isLinked: conversation.telegramUserID != nil, isOnTelegram: conversation.onTelegram != nil,
            account: conversation.telegramName, box: box,
            isPaid: !isOver && box.map { $0.desired != .draft } ?? false
                || subscriptions.contains { $0.entitlement(at: now) == .running },
            isTrial: subscriptions.contains { $0.status == .trialing },
            checkout: isOver && checkout?.completedAt != nil ? nil : checkout,
            pastedBotIsTaken: try pastedBot(state).map { bot in
                try boxes.isTaken(botID: bot.id, except: box?.id ?? service.queue.ids.next())
            } ?? false,
            contact: service.contact, language: customer.language)
    }

    private func pastedBot(_ state: InterviewState) -> BotIdentity? {
        if case .works(let bot) = checked?.verdict { return bot }
        return state.pasted?.bot
    }
}
