import Core

/// Something the interview says, in ways that differ so that nobody is told the same words twice running.
struct Phrase: Sendable, Hashable {
    /// Stable: counts of it are stored.
    let id: String
    private let variants: [LocalizedText]

    init(_ id: String, _ variants: LocalizedText...) {
        self.id = id
        self.variants = variants
    }

    /// - Parameter count: how often it was said before.
    func text(after count: Int, in language: Language) -> String { variants[count % variants.count][language] }

    /// Names to choose from: short, easy to say in both languages, nobody's brand.
    static let names = ["Nova", "Atlas", "Iris", "Otto", "Luna", "Milo", "Clara", "Hugo", "Nina"]
}

/// Answers to tap.
struct LocalizedChoices: Sendable {
    let english: [String]
    let portuguese: [String]

    init(en english: [String], pt portuguese: [String]) {
        self.english = english
        self.portuguese = portuguese
    }

    subscript(language: Language) -> [String] {
        switch language {
        case .english: english
        case .portuguese: portuguese
        }
    }
}

extension Phrase {
    static let purposeExamples = LocalizedChoices(
        en: ["Planning my week and reminders", "Writing and research for work", "Drafting answers for my customers"],
        pt: [
            "Planejar a semana e lembretes", "Escrever e pesquisar para o trabalho", "Rascunhar respostas aos meus clientes",
        ])
    static let usageExamples = LocalizedChoices(
        en: ["A few chats now and then", "Every day, for work", "All day, for almost everything"],
        pt: ["Umas conversas de vez em quando", "Todos os dias, no trabalho", "O dia inteiro, para quase tudo"])
    static let telegramChoices = LocalizedChoices(
        en: ["Send the link", "I don't have Telegram", "Paste a BotFather token", "Back"],
        pt: ["Envie o link", "Não tenho Telegram", "Colar um token do BotFather", "Voltar"])
    static let paymentChoices = LocalizedChoices(
        en: ["Send the link", "Change the plan", "Change the name", "Is it safe?"],
        pt: ["Envie o link", "Mudar de plano", "Mudar o nome", "É seguro?"])
    static let yesOrNo = LocalizedChoices(en: ["Yes", "No"], pt: ["Sim", "Não"])
}

extension Phrasebook {
    static let waiting = [
        "wait", "one moment", "hold on", "just a moment", "give me a", "one sec", "just a sec", "a moment", "moment",
        "hang on", "let me think", "ill be back", "be right back", "brb", "espera", "espere", "um momento", "so um momento",
        "um minuto", "um segundo", "ja volto", "deixa eu pensar", "calma",
    ]
}

extension Plan {
    /// `about 60 messages a day`.
    func messages(_ language: Language) -> String {
        LocalizedText(en: "about \(dailyMessages) messages a day", pt: "cerca de \(dailyMessages) mensagens por dia")[
            language]
    }

    /// `$19`.
    func price(_ language: Language) -> String {
        let (dollars, cents) = monthlyPrice.quotientAndRemainder(dividingBy: 100)
        let separator = LocalizedText(en: ".", pt: ",")[language]
        let amount = cents == 0 ? "\(dollars)" : "\(dollars)\(separator)\(cents < 10 ? "0" : "")\(cents)"
        return LocalizedText(en: "$\(amount)", pt: "US$ \(amount)")[language]
    }

    /// `Pro: $49 a month, about 240 messages a day`.
    var line: LocalizedText {
        LocalizedText(
            en: "\(name): \(price(.english)) a month, \(messages(.english))",
            pt: "\(name): \(price(.portuguese)) por mês, \(messages(.portuguese))")
    }
}
