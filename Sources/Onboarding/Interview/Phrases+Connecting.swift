import Core

/// Telegram, the bot and its token.
extension Phrase {
    static func askTelegram(name: String) -> Phrase {
        Phrase(
            "ask-telegram",
            LocalizedText(
                en:
                    "\(name) will live on Telegram. Open this link, press Start, and confirm the new bot. I'll notice when it's done.",
                pt:
                    "\(name) vai viver no Telegram. Abra este link, toque em Iniciar e confirme o novo bot. Eu percebo quando estiver feito."
            ),
            LocalizedText(
                en: "Next comes Telegram: open the link, press Start there, and confirm the bot for \(name).",
                pt: "Agora vem o Telegram: abra o link, toque em Iniciar e confirme o bot de \(name)."))
    }

    static let linkLater = Phrase(
        "link-later",
        LocalizedText(
            en: "Next comes Telegram, which isn't answering at the moment. I'll show you the link as soon as it does.",
            pt: "Agora vem o Telegram, que no momento não responde. Mostro o link assim que ele responder."),
        LocalizedText(
            en: "Telegram still isn't answering. The link comes automatically, and your answers are kept.",
            pt: "O Telegram continua sem responder. O link vem automaticamente, e as suas respostas estão guardadas."))

    static func confirmBot(name: String) -> Phrase {
        Phrase(
            "confirm-bot",
            LocalizedText(
                en:
                    "Your Telegram is linked already. Open our bot with this link, press Start, and then the button that creates \(name).",
                pt:
                    "Seu Telegram já está ligado. Abra nosso bot com este link, toque em Iniciar, e depois no botão que cria \(name)."
            ))
    }

    /// - Parameter account: what it calls itself.
    static func linked(name: String, account: String?) -> Phrase {
        let who = account.map { LocalizedText(en: " as \($0)", pt: ", como \($0)") } ?? LocalizedText(en: "", pt: "")
        return Phrase(
            "linked",
            LocalizedText(
                en:
                    "I can see you on Telegram\(who.english). Press the button there to create the bot for \(name), and it's connected. If that's not you, say “that's not me”.",
                pt:
                    "Já vejo você no Telegram\(who.portuguese). Toque lá no botão que cria o bot de \(name), e está ligado. Se não é você, diga “não sou eu”."
            ))
    }

    static func linkedEarly(account: String?) -> Phrase {
        let who = account.map { LocalizedText(en: " (\($0))", pt: " (\($0))") } ?? LocalizedText(en: "", pt: "")
        return Phrase(
            "linked-early",
            LocalizedText(
                en: "Your Telegram is linked\(who.english). Let's finish here first.",
                pt: "Seu Telegram está ligado\(who.portuguese). Vamos primeiro terminar aqui."))
    }

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
                pt: "Seu Telegram está ligado, mas falta criar o bot. Toque em “Criar \(name)” na conversa de lá."),
            LocalizedText(
                en:
                    "I'm waiting for the new bot. No button in sight? Send /start to our bot again. Telegram creates no bot? Tell me.",
                pt:
                    "Estou esperando o novo bot. Não vê o botão? Envie /start de novo ao nosso bot. O Telegram não cria o bot? Me conte."
            ))
    }

    static let notYetLinked = Phrase(
        "not-yet-linked",
        LocalizedText(
            en: "I don't see you on Telegram yet. Please open the link and press Start.",
            pt: "Ainda não vejo você no Telegram. Abra o link e toque em Iniciar, por favor."),
        LocalizedText(
            en: "Nothing has arrived from Telegram so far. It has to be this link, and the Start button behind it.",
            pt: "Ainda não chegou nada do Telegram. Tem que ser este link, e o botão Iniciar que aparece nele."))

    static func telegramHint(name: String) -> Phrase {
        Phrase(
            "telegram-hint",
            LocalizedText(
                en: "Let's connect Telegram first; then comes the payment, and \(name) starts.",
                pt: "Vamos primeiro ligar o Telegram; depois vem o pagamento, e \(name) começa."),
            LocalizedText(
                en: "This is the link that connects \(name) to your Telegram.",
                pt: "Este é o link que liga \(name) ao seu Telegram."))
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
                    O Telegram é um mensageiro gratuito (telegram.org), e é lá que você vai falar com \(name): por enquanto não há outro \
                    lugar. Depois de instalar, este link continua daqui. Eu guardo as suas respostas.
                    """),
            LocalizedText(
                en:
                    "Telegram is the only way to talk to \(name) so far, and it costs nothing. No hurry: this link waits for you.",
                pt:
                    "Por enquanto só dá para falar com \(name) pelo Telegram, e não custa nada. Sem pressa: este link espera você."
            ))
    }

    static let howToPaste = Phrase(
        "how-to-paste",
        LocalizedText(
            en: """
                You have a bot of your own? In Telegram, ask @BotFather for /mybots, choose it, copy its API token and paste it \
                here. I take it out of the chat at once and keep it encrypted.
                """,
            pt: """
                Já tem um bot seu? No Telegram, envie /mybots ao @BotFather, escolha o bot, copie o token da API e cole aqui. \
                Tiro o token da conversa na hora e guardo cifrado.
                """))

    /// Telegram's limit on one person's bots (https://core.telegram.org/api/bots/managed-bots).
    static let ownBotAtLimit = Phrase(
        "own-bot-at-limit",
        LocalizedText(
            en: """
                Telegram allows you no more bots, so let's take one that you have:
                1. Open @BotFather on Telegram, send /mybots and choose a bot that you no longer use.
                2. Press “API Token” there and copy the token.
                3. Paste it here. I take it out of the chat at once and keep it encrypted.
                """,
            pt: """
                O Telegram não deixa você ter mais bots, então vamos usar um que você já tem:
                1. Abra o @BotFather no Telegram, envie /mybots e escolha um bot que não usa mais.
                2. Toque em “API Token” e copie o token.
                3. Cole aqui. Tiro o token da conversa na hora e guardo cifrado.
                """),
        LocalizedText(
            en:
                "What's missing is the token of a bot that you have: @BotFather, /mybots, “API Token”. Paste it here. Have you deleted a bot instead? Then say “send the link”.",
            pt:
                "Falta o token de um bot seu: @BotFather, /mybots, “API Token”. Cole aqui. Apagou um bot em vez disso? Então diga “envie o link”."
        ))

    /// The platform's own bot may not create bots.
    static func ownBot(name: String) -> Phrase {
        Phrase(
            "own-bot",
            LocalizedText(
                en: """
                    Next comes Telegram, which at the moment doesn't let me create the bot for \(name). It takes you a minute:
                    1. Open @BotFather on Telegram and send /newbot.
                    2. Give the bot a name, and a user name that ends in “bot”.
                    3. Copy the token that you get and paste it here. I take it out of the chat at once and keep it encrypted.
                    """,
                pt: """
                    Agora vem o Telegram, que no momento não me deixa criar o bot de \(name). Você faz isso em um minuto:
                    1. Abra o @BotFather no Telegram e envie /newbot.
                    2. Dê um nome ao bot, e um nome de usuário que termine em “bot”.
                    3. Copie o token que receber e cole aqui. Tiro o token da conversa na hora e guardo cifrado.
                    """),
            LocalizedText(
                en:
                    "What's missing is the token of a new bot: @BotFather on Telegram gives you one for /newbot. Paste it here.",
                pt: "Falta o token de um bot novo: o @BotFather dá um quando você envia /newbot. Cole aqui."))
    }

    static let tokenRefused = Phrase(
        "token-refused",
        LocalizedText(
            en: """
                Telegram doesn't know that token. Perhaps a character is missing, or it was revoked: ask @BotFather for /mybots, \
                copy it again and paste it here. I've taken this one out of the chat.
                """,
            pt: """
                O Telegram não conhece esse token. Talvez falte um caractere, ou foi revogado: envie /mybots ao @BotFather, \
                copie de novo e cole aqui. Este já saiu da conversa.
                """))

    static let tokenUnchecked = Phrase(
        "token-unchecked",
        LocalizedText(
            en: "Telegram isn't answering at the moment, so I couldn't check the token. Please paste it again in a minute.",
            pt: "O Telegram não responde no momento, e não pude verificar o token. Cole de novo daqui a um minuto."))

    static func tokenTaken(bot: String) -> Phrase {
        Phrase(
            "token-taken",
            LocalizedText(
                en:
                    "@\(bot) already serves another agent. Please paste the token of another bot, or let me create one for you.",
                pt: "@\(bot) já serve outro agente. Cole o token de outro bot, ou deixe que eu crie um."))
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
                    O token funciona: é do @\(bot), e já saiu da conversa. Agora abra este link e toque em Iniciar, para eu saber \
                    que conta do Telegram o agente deve ouvir.
                    """))
    }

    static func tokenKept(bot: String) -> Phrase {
        Phrase(
            "token-kept",
            LocalizedText(
                en: "The token works: it belongs to @\(bot). I've taken it out of the chat and will use it in a moment.",
                pt: "O token funciona: é do @\(bot). Tirei o token da conversa e vou usar daqui a pouco."))
    }

    static let ownerMissing = Phrase(
        "owner-missing",
        LocalizedText(
            en: "The token is fine. What's missing is your Telegram account: open this link and press Start.",
            pt: "O token está certo. Falta a sua conta do Telegram: abra este link e toque em Iniciar."),
        LocalizedText(
            en: "One thing is left: press Start behind this link, so that the agent listens to you and nobody else.",
            pt: "Só falta uma coisa: toque em Iniciar neste link, para que o agente ouça você e mais ninguém."))

    static func alreadyConnected(name: String, bot: String) -> Phrase {
        Phrase(
            "already-connected",
            LocalizedText(
                en: "\(name) speaks through @\(bot) already, so I've thrown that token away.",
                pt: "\(name) já fala por @\(bot), então joguei fora esse token."))
    }
}
