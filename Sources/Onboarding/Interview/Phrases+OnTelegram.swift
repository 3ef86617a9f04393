import Core

/// What is said to those who talk with us on Telegram, where a page would say something else.
extension Phrase {
    static let greetingOnTelegram = Phrase(
        "greeting",
        LocalizedText(
            en: """
                Hi! I'm the guide of openclaw-cloud. A few short questions, and you'll have an AI agent of your own here on \
                Telegram. What should it help you with?

                Do you come from the chat on our page? Then send me the code below the link there.
                """,
            pt: """
                Olá! Sou o guia da openclaw-cloud. Com umas perguntas rápidas você terá seu próprio agente de IA aqui no \
                Telegram. Em que ele deve ajudar?

                Você veio da conversa da nossa página? Então me envie o código que está abaixo do link.
                """))

    static func createHere(name: String) -> Phrase {
        Phrase(
            "create-here",
            LocalizedText(
                en:
                    "Now the bot that \(name) speaks through: press “Create \(name)” below and confirm. I'll notice when it's done.",
                pt:
                    "Agora o bot por onde \(name) vai falar: toque em “Criar \(name)” abaixo e confirme. Eu percebo quando estiver feito."
            ),
            LocalizedText(
                en: "Next comes the bot for \(name): press the button below and confirm it.",
                pt: "Agora vem o bot de \(name): toque no botão abaixo e confirme."))
    }

    static func notYetCreatedHere(name: String) -> Phrase {
        Phrase(
            "not-yet-created-here",
            LocalizedText(
                en: "The bot isn't created yet. Press “Create \(name)” below and confirm.",
                pt: "Falta criar o bot. Toque em “Criar \(name)” abaixo e confirme."),
            LocalizedText(
                en: "I'm waiting for the new bot. Telegram creates none? Tell me.",
                pt: "Estou esperando o novo bot. O Telegram não cria nenhum? Me conte."))
    }

    static let thisIsYou = Phrase(
        "this-is-you",
        LocalizedText(
            en: "This conversation was begun on Telegram. Its agent will listen to that account, and to nobody else.",
            pt: "Esta conversa começou no Telegram. O agente vai ouvir essa conta, e mais ninguém."))

    static let accountLeft = Phrase(
        "account-left",
        LocalizedText(
            en:
                "That Telegram account has nothing to do with this conversation any more. What it writes begins another one.",
            pt: "Essa conta do Telegram não tem mais nada a ver com esta conversa. O que ela escrever começa outra."))

    static let tooFast = Phrase(
        "too-fast",
        LocalizedText(
            en: "That was a lot at once, and I haven't read all of it. Give me a few seconds, then write on.",
            pt: "Foi bastante coisa de uma vez, e não li tudo. Espere alguns segundos e continue escrevendo."))

    static let enoughForToday = Phrase(
        "enough-for-today",
        LocalizedText(
            en: "We've written a great deal to each other today. I'll read on tomorrow.",
            pt: "Já escrevemos bastante um ao outro hoje. Amanhã eu continuo lendo."))
}
