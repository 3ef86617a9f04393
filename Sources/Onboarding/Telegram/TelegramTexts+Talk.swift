import Core

/// What the manager bot says around a conversation that is held with it.
extension TelegramTexts {
    static let pay = LocalizedText(en: "Go to the payment", pt: "Ir para o pagamento")
    static let openBotFather = LocalizedText(en: "Open @BotFather", pt: "Abrir o @BotFather")
    static let openPage = LocalizedText(en: "Go on on the page", pt: "Continuar na página")

    static func open(_ agentName: String) -> LocalizedText {
        LocalizedText(en: "Open \(agentName)", pt: "Abrir \(agentName)")
    }

    var onlyWords: String {
        LocalizedText(
            en: "Here I can read words only, sorry. Would you write to me what you'd like to say?",
            pt: "Aqui eu só consigo ler texto, desculpe. Você me escreve o que gostaria de dizer?")[language]
    }

    /// - Parameter limit: in characters.
    func tooLong(limit: Int) -> String {
        LocalizedText(
            en: "That's more than I can read at once, sorry: \(limit) characters at most. Would you send it shorter?",
            pt: "É mais do que consigo ler de uma vez, desculpe: no máximo \(limit) caracteres. Você me envia mais curto?")[
                language]
    }

    var goneButton: String {
        LocalizedText(en: "That button is no longer valid.", pt: "Esse botão não vale mais.")[language]
    }

    /// - Parameter minutes: how long the link lives.
    func continueOnPage(minutes: Int64) -> String {
        LocalizedText(
            en: "This link opens our conversation on the page, once and within \(minutes) minutes. It's for you alone.",
            pt: "Este link abre a nossa conversa na página, uma vez e dentro de \(minutes) minutos. É só para você.")[
                language]
    }
}
