import Core
import Telegram

/// What the manager bot says.
struct TelegramTexts {
    let language: Language
    let publicURL: String

    func createBot(agentName: String) -> String {
        LocalizedText(
            en:
                "Hello! One step is left: press the button below and confirm, and Telegram creates the bot that \(agentName) speaks through.",
            pt:
                "Olá! Só falta um passo: prima o botão abaixo e confirme, e o Telegram cria o bot por onde \(agentName) vai falar."
        )[language]
    }

    func createButton(agentName: String) -> String {
        LocalizedText(en: "Create \(agentName)", pt: "Criar \(agentName)")[language]
    }

    func connected(agentName: String, botUsername: String) -> String {
        LocalizedText(
            en: "@\(botUsername) is connected to \(agentName). Go back to the page now, it goes on there: \(publicURL)/chat",
            pt: "@\(botUsername) está ligado a \(agentName). Volte agora à página, continua lá: \(publicURL)/chat")[language]
    }

    func connectedAlready(agentName: String, botUsername: String) -> String {
        LocalizedText(
            en: "\(agentName) is on Telegram as @\(botUsername). Talk to it there; everything else is on \(publicURL)",
            pt: "\(agentName) está no Telegram como @\(botUsername). Fale lá com ele; o resto está em \(publicURL)")[
                language]
    }

    func linked() -> String {
        LocalizedText(
            en: "Thank you, your Telegram is linked. Please go on in the chat on our page: \(publicURL)/chat",
            pt: "Obrigado, o seu Telegram está ligado. Continue, por favor, na conversa da nossa página: \(publicURL)/chat")[
                language]
    }

    func linkedToSomeoneElse() -> String {
        LocalizedText(
            en: "This link belongs to another Telegram account. Start a chat of your own on \(publicURL)",
            pt: "Este link pertence a outra conta do Telegram. Comece a sua própria conversa em \(publicURL)")[language]
    }

    func unknownCode() -> String {
        LocalizedText(
            en: "This link is not valid any more. Open the chat on \(publicURL) and use the link that you find there.",
            pt: "Este link já não é válido. Abra a conversa em \(publicURL) e use o link que lá encontra.")[language]
    }

    func stranger() -> String {
        LocalizedText(
            en: """
                Hello! I create the bots for the agents of openclaw-cloud. Get yours in a short chat on \(publicURL)/chat

                Do you come from there? Then open the link on the page once more, or send me the code below it.
                """,
            pt: """
                Olá! Eu crio os bots dos agentes da openclaw-cloud. Peça o seu em uma conversa curta em \(publicURL)/chat

                Você veio de lá? Então abra mais uma vez o link da página, ou me envie o código que está abaixo dele.
                """)[language]
    }
}

extension RequestManagedBot {
    /// - Parameter seed: makes the suggested user name differ from everybody else's, and the same each time.
    init(agentName: String, seed: String) {
        let letters = agentName.lowercased().unicodeScalars.filter { ("a"..."z").contains($0) || ("0"..."9").contains($0) }
        var stem = String(String.UnicodeScalarView(letters.prefix(16)))
        if stem.first?.isLetter != true { stem = "agent" + stem }
        self.init(requestID: 1, suggestedName: agentName, suggestedUsername: "\(stem)_\(seed.suffix(6))_bot")
    }
}
