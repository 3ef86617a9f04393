import Core
import Jobs
import SQL
import Store
import Telegram

/// Look whether the owner has written to the new bot before anything is paid, and tell them what is left.
///
/// No agent reads the bot's updates yet. They are looked at without being confirmed, so that the agent gets them as well and
/// answers them once it lives (https://core.telegram.org/bots/api#getupdates).
struct GreetEarly: JobArguments {
    static let kind = "onboarding.greet-early"
    let customerID: Customer.ID?
    /// When the bot was connected.
    let since: Timestamp
    /// The last update that was answered.
    var answered: Int64 = 0
    var uniqueKey: String? { customerID?.rawValue }

    /// How long to wait before the next look; `nil` after a day, as long as Telegram keeps updates.
    func pause(at now: Timestamp) -> Duration? {
        switch now - since {
        case ..<Duration.seconds(600): .seconds(3)
        case ..<Duration.hours(1): .seconds(20)
        case ..<Duration.hours(24): .seconds(120)
        default: nil
        }
    }
}

extension OnboardingService {
    func greetEarly(_ job: GreetEarly, attempt: Int) async throws {
        guard let (box, bot) = try await connectedBot(job.customerID), box.desired == .draft,
            let owner = box.bot?.ownerUserID,
            let customerID = job.customerID
        else { return }
        var next = job
        do {
            let updates = try await bot.getUpdates()
            let last = updates.last { $0.message?.from?.id == owner && $0.updateID > job.answered }
            if let last {
                let checkout = try await queue.database.read { try BillingStore($0).latestCheckout(customerID: customerID) }
                let link = checkout?.completedAt == nil ? checkout?.url : nil
                try await bot.sendMessage(
                    chatID: owner,
                    text: TelegramTexts(language: box.language, publicURL: publicURL).oneStepLeft(link: link))
                next.answered = last.updateID
            }
        } catch let error as TelegramError {
            // Somebody else reads the bot's updates, or the token was revoked: there is nothing to greet any more.
            guard error.isTransient || error.retryAfter != nil else { return }
        }
        guard let pause = job.pause(at: queue.clock.now) else { return }
        let following = next
        try await queue.write { try $0.enqueue(following, after: pause) }
    }
}
