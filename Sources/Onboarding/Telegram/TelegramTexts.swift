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
                "Olá! Só falta um passo: toque no botão abaixo e confirme, e o Telegram cria o bot por onde \(agentName) vai falar."
        )[language]
    }

    func createButton(agentName: String) -> String {
        LocalizedText(en: "Create \(agentName)", pt: "Criar \(agentName)")[language]
    }

    var refusedButton: String {
        LocalizedText(en: "Telegram creates no bot", pt: "O Telegram não cria o bot")[language]
    }

    static func isRefusal(_ text: String) -> Bool {
        Language.allCases.contains { TelegramTexts(language: $0, publicURL: "").refusedButton == text }
            || Utterance(text).isRefusedABot
    }

    /// - Parameter isAtLimit: whether Telegram lets the person have no more bots, and not us create none.
    func ownBot(isAtLimit: Bool) -> String {
        let first =
            isAtLimit
            ? LocalizedText(
                en: "send /mybots, choose a bot that you no longer use, and press “API Token”.",
                pt: "envie /mybots, escolha um bot que não usa mais e toque em “API Token”.")
            : LocalizedText(
                en: "send /newbot, and give the bot a name and a user name.",
                pt: "envie /newbot e dê ao bot um nome e um nome de usuário.")
        return LocalizedText(
            en: """
                Then let's do it with @BotFather:
                1. Open https://t.me/BotFather, \(first.english)
                2. Copy the token that you get.
                3. Paste it into the chat on our page, not here: \(publicURL)/chat
                """,
            pt: """
                Então vamos fazer com o @BotFather:
                1. Abra https://t.me/BotFather, \(first.portuguese)
                2. Copie o token que receber.
                3. Cole na conversa da nossa página, não aqui: \(publicURL)/chat
                """)[language]
    }

    /// - Parameter link: the payment page; `nil` while there is none.
    func oneStepLeft(link: String?) -> String {
        LocalizedText(
            en:
                "I'm nearly there. One step left: \(link ?? publicURL + "/chat")\nWhat you write here meanwhile I'll answer then.",
            pt:
                "Estou quase no ar. Só falta um passo: \(link ?? publicURL + "/chat")\nO que você escrever aqui até lá eu respondo depois."
        )[
            language]
    }

    func connected(agentName: String, botUsername: String) -> String {
        LocalizedText(
            en: "@\(botUsername) is connected to \(agentName). Go back to the page now, it goes on there: \(publicURL)/chat",
            pt: "@\(botUsername) está ligado a \(agentName). Volte agora à página, continua lá: \(publicURL)/chat")[language]
    }

    func connectedAlready(agentName: String, botUsername: String) -> String {
        LocalizedText(
            en: "\(agentName) is on Telegram as @\(botUsername). Talk to it there; everything else is on \(publicURL)",
            pt: "\(agentName) está no Telegram como @\(botUsername). Fale com ele por lá; o resto está em \(publicURL)")[
                language]
    }

    func linked() -> String {
        LocalizedText(
            en: """
                Thank you, your Telegram is linked. Please go on in the chat on our page, or write to me here: \(publicURL)/chat

                The page that the link is from shows what you write. If that page isn't yours, write “that's not me”.
                """,
            pt: """
                Seu Telegram está ligado, agradecemos. Continue, por favor, na conversa da nossa página, ou escreva para mim aqui: \
                \(publicURL)/chat

                A página de onde veio o link mostra o que você escreve. Se ela não é sua, escreva “não sou eu”.
                """)[language]
    }

    func linkedToSomeoneElse() -> String {
        LocalizedText(
            en: "This link belongs to another Telegram account. Start a chat of your own on \(publicURL)",
            pt: "Este link pertence a outra conta do Telegram. Comece a sua própria conversa em \(publicURL)")[language]
    }

    func whichAgent() -> String {
        LocalizedText(
            en:
                "You are setting up several agents, and I can't tell which one this bot is for. Please press the button again and leave the end of the suggested user name as it is.",
            pt:
                "Você está instalando vários agentes, e não sei para qual é este bot. Toque no botão de novo e deixe o final do nome de usuário sugerido como está."
        )[
            language]
    }

    func unknownCode() -> String {
        LocalizedText(
            en: "This link is not valid any more. Open the chat on \(publicURL) and write “link” to get a new one.",
            pt: "Este link já não é válido. Abra a conversa em \(publicURL) e escreva “link” para receber um novo.")[
                language]
    }

    func stranger() -> String {
        LocalizedText(
            en: """
                Hello! I create the bots for the agents of openclaw-cloud. Get yours in a short chat: write to me here, or go to \(publicURL)/chat

                Do you come from there? Then open the link on the page once more, or send me the code below it.
                """,
            pt: """
                Olá! Eu crio os bots dos agentes da openclaw-cloud. Peça o seu em uma conversa curta: escreva para mim aqui, ou vá a \(publicURL)/chat

                Você veio de lá? Então abra mais uma vez o link da página, ou me envie o código que está abaixo dele.
                """)[language]
    }
}

extension RequestManagedBot {
    /// - Parameter seed: makes the suggested user name differ from everybody else's, and the same each time.
    init(agentName: String, seed: String) {
        var stem = String(Folding.ascii(agentName).prefix(16))
        if stem.first?.isLetter != true { stem = "agent" + stem }
        self.init(requestID: 1, suggestedName: agentName, suggestedUsername: stem + Self.ending(seed: seed))
    }

    /// How the suggested user name ends: it says which conversation's button made the bot.
    static func ending(seed: String) -> String { "_\(seed.suffix(6).lowercased())_bot" }
}
