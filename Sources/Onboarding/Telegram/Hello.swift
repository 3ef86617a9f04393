import Core
import Jobs
import Logging
import SQL
import Store
import Telegram

/// What a new agent says by itself, through its own bot: our words, and no tokens of its owner's.
package struct Hello: Sendable, Hashable {
    private static let invitation = LocalizedText(en: "Three things to try:", pt: "Três coisas para experimentar:")

    package let text: String

    init(_ box: Box, _ things: [ThingToTry], _ language: Language) {
        let purpose = BotProfile.purpose(of: box)
        let opening = LocalizedText(
            en: "Hello! I'm \(box.agentName), your own AI agent. I'm here for: “\(purpose)”.",
            pt: "Olá! Sou \(box.agentName), seu próprio agente de IA. Estou aqui para: “\(purpose)”.")
        let list = things.prefix(3).enumerated().map { "\($0 + 1). \($1.text[language])" }
        text = ([opening[language], "", Self.invitation[language]] + list).joined(separator: "\n")
    }

    /// Whether this is what an agent says by itself, for those who look for its answers.
    package static func isOne(_ text: String) -> Bool {
        text.contains("\n\(invitation.english)\n") || text.contains("\n\(invitation.portuguese)\n")
    }
}

extension SayHello {
    /// What is remembered of it.
    var notice: String { "hello/\(boxID)" }

    /// How long to wait before the next attempt: a bot may not write to an owner who hasn't pressed Start. `nil` after a day.
    func pause(at now: Timestamp) -> Duration? {
        switch now - since {
        case ..<Duration.seconds(120): .seconds(1)
        case ..<Duration.seconds(600): .seconds(5)
        case ..<Duration.hours(1): .seconds(60)
        case ..<Duration.hours(24): .seconds(300)
        default: nil
        }
    }
}

extension OnboardingService {
    /// Says hello to the owner of a new agent, once.
    ///
    /// Telegram can't tell whether a message was sent before. So it is first asked with an action that shows nothing lasting,
    /// then it is remembered that hello was said, and then it is said. Whoever dies on the way doesn't say it again; what
    /// Telegram has refused is taken back and tried later.
    func sayHello(_ job: SayHello) async throws {
        guard let customerID = job.customerID, let (box, bot) = try await connectedBot(customerID), box.id == job.boxID,
            let owner = box.bot?.ownerUserID, box.desired == .running, box.readyAt != nil,
            let language = try await languageForHello(job, customerID)
        else { return }
        do {
            try await bot.sendChatAction(chatID: owner)
        } catch let error as TelegramError {
            return try await sayHelloLater(job, error, takingBack: false)
        }
        let isFirst = try await queue.write { work in
            try BillingStore(work.transaction).tell(job.notice, customerID: customerID, now: work.now)
        }
        guard isFirst else { return }
        let things = ThingToTry.offered(
            on: plans[box.tier], box.profile, hearsVoiceNotes: hearsVoiceNotes, searchesTheWeb: searchesTheWeb)
        do {
            try await bot.sendMessage(chatID: owner, text: Hello(box, things, language).text)
        } catch TelegramError.unreachable(let reason) {
            // It may have arrived, and twice is worse than not at all.
            logger.warning(
                "nobody knows whether an agent's hello arrived", metadata: ["box": "\(box.id)", "error": "\(reason)"])
        } catch let error as TelegramError {
            try await sayHelloLater(job, error, takingBack: true)
        }
    }

    /// - Returns: `nil` if hello was said, or there is nobody to say it to.
    private func languageForHello(_ job: SayHello, _ customerID: Customer.ID) async throws -> Language? {
        try await queue.database.read { transaction in
            guard try !BillingStore(transaction).told(customerID).contains(job.notice) else { return nil }
            return try CustomerStore(transaction).find(customerID)?.language
        }
    }

    /// - Parameter isTakenBack: whether it was remembered that hello was said.
    private func sayHelloLater(
        _ job: SayHello, _ error: TelegramError, takingBack isTakenBack: Bool
    ) async throws {
        let pause = job.pause(at: queue.clock.now).map { max($0, .seconds(Int64(error.retryAfter ?? 0))) }
        guard let customerID = job.customerID else { return }
        try await queue.write { work in
            if isTakenBack { try BillingStore(work.transaction).untell(job.notice, customerID: customerID) }
            if let pause { try work.enqueue(job, after: pause) }
        }
    }
}
