import Core
import Jobs
import SQL
import Store
import Telegram

/// What a bot shows on Telegram: it follows the agent's name, purpose and language.
struct BotProfile: Sendable, Hashable {
    let name: String
    let description: String

    init(_ box: Box) {
        name = box.agentName
        let purpose = Self.purpose(of: box)
        description =
            LocalizedText(
                en: "I'm \(box.agentName), your own AI agent. I'm here for: “\(purpose)”. Press Start and say hello.",
                pt:
                    "Sou \(box.agentName), seu próprio agente de IA. Estou aqui para: “\(purpose)”. Toque em Iniciar e diga olá."
            )[
                box.language]
    }

    /// In half a sentence, without what the agent was told of its owner.
    static func purpose(of box: Box) -> String {
        Echo.text(box.purpose.firstRange(of: "\n\n").map { String(box.purpose[..<$0.lowerBound]) } ?? box.purpose)
    }
}

extension OnboardingService {
    /// Gives the bot the agent's name and says what it is for. Telegram locks a bot's profile for hours when it is written too
    /// often, so a name is written only where it differs.
    func updateProfile(_ job: NameBot, attempt: Int) async throws {
        guard let (box, bot) = try await connectedBot(job.customerID) else { return }
        let profile = BotProfile(box)
        try await onTelegram(attempt: attempt) {
            if try await bot.getMe().firstName != profile.name { try await bot.setMyName(profile.name) }
            try await bot.setMyDescription(profile.description)
        }
    }

    /// The customer's box and a client for its bot; `nil` if there is none or its token can't be read.
    func connectedBot(_ customerID: Customer.ID?) async throws -> (Box, TelegramClient)? {
        guard let customerID else { return nil }
        let found = try await queue.database.read { try BoxStore($0).current(customerID: customerID) }
        guard let box = found, let sealed = box.bot?.sealedToken,
            let token = try? vault.open(sealed, context: box.botTokenContext)
        else { return nil }
        return (box, makeBotClient(token))
    }
}
