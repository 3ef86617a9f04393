import Core

/// What a mail says, in both forms.
struct MailContent: Sendable, Hashable {
    let subject: String
    let text: String
    let html: String
    /// Where mails like this are switched off.
    let unsubscribeURL: String?

    struct Link: Sendable, Hashable {
        let label: String
        let url: String
    }

    /// - Parameters:
    ///   - paragraphs: plain text.
    ///   - links: what to press, between the first paragraph and the others; the first is the button.
    ///   - unsubscribe: where mails like this are switched off; `nil` where that can't be.
    init(
        subject: String, paragraphs: [String], links: [Link], unsubscribe: Link? = nil, language: Language
    ) {
        self.subject = Self.oneLine(subject)
        let first = paragraphs.prefix(1)
        let rest = paragraphs.dropFirst()
        unsubscribeURL = unsubscribe?.url
        let footer = unsubscribe.map { "\($0.label): \($0.url)\n" } ?? ""
        text =
            (first + links.map { "\($0.label):\n\($0.url)" } + rest).joined(separator: "\n\n")
            + "\n\n-- \nopenclaw-cloud\n\(footer)"
        html =
            MailLayout(
                language: language, subject: self.subject, paragraphs: paragraphs, links: links, unsubscribe: unsubscribe
            ).html
    }

    /// A subject holds names that people chose, and must stay one line.
    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}

/// A link that signs the owner of one agent in.
struct SignInLink: Sendable {
    /// `nil` for someone who has chatted and has no agent yet.
    let agentName: String?
    /// Without `@`.
    let botUsername: String?
    let since: Timestamp
    /// Whether its owner has signed in by mail before.
    let isProved: Bool
    let url: Secret

    /// What tells the account from others: names may be the same, the bot and the day hardly are.
    var label: LocalizedText {
        let bot = botUsername.map { " (@\($0))" } ?? ""
        let day = String(since.description.prefix(10))
        let name =
            agentName.map { LocalizedText(en: "Sign in to \($0)\(bot)", pt: "Entrar em \($0)\(bot)") }
            ?? LocalizedText(en: "Continue your chat", pt: "Continuar a conversa")
        let isNew =
            isProved
            ? LocalizedText(en: "", pt: "")
            : LocalizedText(en: ", first sign-in by mail", pt: ", primeiro acesso por e-mail")
        return LocalizedText(
            en: "\(name[.english]), since \(day)\(isNew[.english])",
            pt: "\(name[.portuguese]), desde \(day)\(isNew[.portuguese])")
    }
}

extension MailContent {
    static func magicLink(_ links: [SignInLink], minutes: Int, language: Language) -> MailContent {
        let intro = LocalizedText(
            en: "Here is your way back to your agent. The link works once, within \(minutes) minutes.",
            pt: "Aqui está o caminho de volta ao seu agente. O link funciona uma vez, durante \(minutes) minutos.")
        let introForSeveral = LocalizedText(
            en: "Here is your way back, one link for each agent. Each works once, within \(minutes) minutes.",
            pt:
                "Aqui está o caminho de volta, um link para cada agente. Cada um funciona uma vez, durante \(minutes) minutos."
        )
        let outro = LocalizedText(
            en: "You didn't ask for this? Then ignore this mail: without the link, nobody gets in.",
            pt: "Não pediu isto? Então ignore este e-mail: sem o link, ninguém entra.")
        let unknown = LocalizedText(
            en: "An agent that you don't know? Somebody else has paid for it with your address. Leave its link alone.",
            pt: "Não conhece um dos agentes? Outra pessoa pagou por ele com o seu endereço. Não use o link dele.")
        let subject = LocalizedText(en: "Your sign-in link", pt: "O seu link de acesso")
        let labelled = links.map { MailContent.Link(label: $0.label[language], url: $0.url.reveal()) }
        return MailContent(
            subject: subject[language],
            paragraphs: [(links.count > 1 ? introForSeveral : intro)[language], outro[language]]
                + (links.contains { !$0.isProved } && links.count > 1 ? [unknown[language]] : []), links: labelled,
            language: language)
    }

    static func welcome(
        agentName: String, botUsername: String, botURL: String, dashboardURL: String, language: Language
    ) -> MailContent {
        let subject = LocalizedText(en: "\(agentName) is ready", pt: "\(agentName) está a postos")
        let intro = LocalizedText(
            en: "\(agentName) is set up and waiting for you on Telegram. Open the chat and say hello.",
            pt: "\(agentName) está a postos e à sua espera no Telegram. Abra a conversa e diga olá.")
        let outro = LocalizedText(
            en: "On the dashboard you see how \(agentName) is doing, what has been used, and your plan.",
            pt: "No painel, vê como está \(agentName), quanto foi usado e o seu plano.")
        let chat = LocalizedText(en: "Chat with @\(botUsername)", pt: "Conversar com @\(botUsername)")
        let dashboard = LocalizedText(en: "Open the dashboard", pt: "Abrir o painel")
        return MailContent(
            subject: subject[language], paragraphs: [intro[language], outro[language]],
            links: [
                Link(label: chat[language], url: botURL), Link(label: dashboard[language], url: dashboardURL),
            ], language: language)
    }

    /// Alerts are for the host, who reads the logs as well: in English, like those.
    static func alert(_ alert: AlertHost) -> MailContent {
        MailContent(
            subject: alert.subject, paragraphs: alert.text.split(separator: "\n\n").map(String.init), links: [],
            language: .english)
    }
}
