import Core

/// Telegram, the bot and its token.
extension Phrase {
    static func askTelegram(name: String) -> Phrase {
        Phrase(
            "ask-telegram",
            LocalizedText(
                en:
                    "\(name) will live on Telegram. Open this link, press Start, and confirm the new bot. I'll notice by myself.",
                pt: "\(name) vai viver no Telegram. Abra este link, prima Iniciar e confirme o novo bot. Eu dou por isso."),
            LocalizedText(
                en: "Next comes Telegram: open the link, press Start there, and confirm the bot for \(name).",
                pt: "Segue-se o Telegram: abra o link, prima Iniciar e confirme o bot para \(name)."))
    }

    static let linkLater = Phrase(
        "link-later",
        LocalizedText(
            en: "Next comes Telegram, which isn't answering at the moment. I'll show you the link as soon as it does.",
            pt: "Segue-se o Telegram, que neste momento não responde. Mostro-lhe o link assim que responder."),
        LocalizedText(
            en: "Telegram still isn't answering. The link comes by itself, and your answers are kept.",
            pt: "O Telegram continua sem responder. O link vem sozinho, e as suas respostas estão guardadas."))

    static func confirmBot(name: String) -> Phrase {
        Phrase(
            "confirm-bot",
            LocalizedText(
                en:
                    "Your Telegram is linked already. Open our bot with this link, press Start, and then the button that creates \(name).",
                pt:
                    "O seu Telegram já está ligado. Abra o nosso bot com este link, prima Iniciar, e depois o botão que cria \(name)."
            ))
    }

    static func linked(name: String) -> Phrase {
        Phrase(
            "linked",
            LocalizedText(
                en: "I can see you on Telegram. Press the button there to create the bot for \(name), and it's connected.",
                pt: "Já o vejo no Telegram. Prima lá o botão para criar o bot de \(name), e fica ligado."))
    }

    static let linkedEarly = Phrase(
        "linked-early",
        LocalizedText(
            en: "Your Telegram is linked. Let's finish here first.",
            pt: "O seu Telegram está ligado. Vamos primeiro acabar aqui."))

    static func connected(name: String, bot: String) -> Phrase {
        Phrase(
            "connected",
            LocalizedText(
                en: "@\(bot) is connected: that's where \(name) will answer.",
                pt: "@\(bot) está ligado: é lá que \(name) vai responder."))
    }

    static func notYetConfirmed(name: String) -> Phrase {
        Phrase(
            "not-yet-confirmed",
            LocalizedText(
                en: "Your Telegram is linked, but the bot isn't created yet. Press “Create \(name)” in the chat there.",
                pt: "O seu Telegram está ligado, mas falta criar o bot. Prima “Criar \(name)” na conversa de lá."),
            LocalizedText(
                en: "I'm waiting for the new bot. No button in sight? Send /start to our bot again.",
                pt: "Estou à espera do novo bot. Não vê o botão? Envie /start outra vez ao nosso bot."))
    }

    static let notYetLinked = Phrase(
        "not-yet-linked",
        LocalizedText(
            en: "I don't see you on Telegram yet. Please open the link and press Start.",
            pt: "Ainda não o vejo no Telegram. Abra o link e prima Iniciar, por favor."),
        LocalizedText(
            en: "Nothing has arrived from Telegram so far. It has to be this link, and the Start button behind it.",
            pt: "Ainda nada chegou do Telegram. Tem de ser este link, e o botão Iniciar que lá está."))

    static func telegramHint(name: String) -> Phrase {
        Phrase(
            "telegram-hint",
            LocalizedText(
                en: "Let's connect Telegram first; then comes the payment, and \(name) starts.",
                pt: "Vamos primeiro ligar o Telegram; depois vem o pagamento, e \(name) começa."),
            LocalizedText(
                en: "This is the link that connects \(name) to your Telegram.",
                pt: "É este o link que liga \(name) ao seu Telegram."))
    }

    static let telegramOptions = Phrase(
        "telegram-options",
        LocalizedText(en: "Here's what I can do at this point.", pt: "Neste ponto, posso fazer isto."),
        LocalizedText(en: "Would one of these help?", pt: "Alguma destas ajuda?"))

    static func whyTelegram(name: String) -> Phrase {
        Phrase(
            "why-telegram",
            LocalizedText(
                en: """
                    Telegram is a free messenger (telegram.org), and the place where you and \(name) will talk: there is no other \
                    one so far. Once it's installed, this link goes on from here. I'll keep your answers.
                    """,
                pt: """
                    O Telegram é um mensageiro gratuito (telegram.org), e é lá que vai falar com \(name): por enquanto não há outro \
                    sítio. Depois de o instalar, este link continua daqui. Eu guardo as suas respostas.
                    """))
    }

    static let howToPaste = Phrase(
        "how-to-paste",
        LocalizedText(
            en: """
                You have a bot of your own? In Telegram, ask @BotFather for /mybots, choose it, copy its API token and paste it \
                here. I take it out of the chat at once and keep it encrypted.
                """,
            pt: """
                Já tem um bot seu? No Telegram, envie /mybots ao @BotFather, escolha-o, copie o token da API e cole-o aqui. \
                Retiro-o logo da conversa e guardo-o cifrado.
                """))

    static let tokenRefused = Phrase(
        "token-refused",
        LocalizedText(
            en: """
                Telegram doesn't know that token. Perhaps a character is missing, or it was revoked: ask @BotFather for /mybots, \
                copy it again and paste it here. I've taken this one out of the chat.
                """,
            pt: """
                O Telegram não conhece esse token. Talvez falte um carácter, ou foi revogado: envie /mybots ao @BotFather, \
                copie-o de novo e cole-o aqui. Este já o retirei da conversa.
                """))

    static let tokenUnchecked = Phrase(
        "token-unchecked",
        LocalizedText(
            en: "Telegram isn't answering at the moment, so I couldn't check the token. Please paste it again in a minute.",
            pt: "O Telegram não responde neste momento, e não pude verificar o token. Cole-o outra vez daqui a um minuto."))

    static func tokenTaken(bot: String) -> Phrase {
        Phrase(
            "token-taken",
            LocalizedText(
                en:
                    "@\(bot) already serves another agent. Please paste the token of another bot, or let me create one for you.",
                pt: "@\(bot) já serve outro agente. Cole o token de outro bot, ou deixe-me criar um."))
    }

    static func tokenNeedsOwner(bot: String) -> Phrase {
        Phrase(
            "token-needs-owner",
            LocalizedText(
                en: """
                    The token works: it belongs to @\(bot), and I've taken it out of the chat. Now open this link and press Start, \
                    so that I know which Telegram account the agent should listen to.
                    """,
                pt: """
                    O token funciona: é do @\(bot), e já o retirei da conversa. Agora abra este link e prima Iniciar, para eu saber \
                    que conta do Telegram o agente deve ouvir.
                    """))
    }

    static func tokenKept(bot: String) -> Phrase {
        Phrase(
            "token-kept",
            LocalizedText(
                en: "The token works: it belongs to @\(bot). I've taken it out of the chat and will use it in a moment.",
                pt: "O token funciona: é do @\(bot). Retirei-o da conversa e vou usá-lo daqui a pouco."))
    }

    static let ownerMissing = Phrase(
        "owner-missing",
        LocalizedText(
            en: "The token is fine. What's missing is your Telegram account: open this link and press Start.",
            pt: "O token está certo. Falta a sua conta do Telegram: abra este link e prima Iniciar."),
        LocalizedText(
            en: "One thing is left: press Start behind this link, so that the agent listens to you and nobody else.",
            pt: "Só falta uma coisa: prima Iniciar neste link, para que o agente o ouça a si e a mais ninguém."))

    static func alreadyConnected(name: String, bot: String) -> Phrase {
        Phrase(
            "already-connected",
            LocalizedText(
                en: "\(name) speaks through @\(bot) already, so I've thrown that token away.",
                pt: "\(name) já fala através de @\(bot), por isso deitei fora esse token."))
    }
}
