/// What the agent says by itself, without its model.
struct AgentTexts: Sendable {
    private let isPortuguese: Bool

    /// - Parameter languageCode: of the person's app, such as `pt-BR`.
    init(_ languageCode: String?) {
        isPortuguese = languageCode?.hasPrefix("pt") ?? false
    }

    func greeting(_ name: String) -> String {
        isPortuguese
            ? "Olá! Sou \(name). Escreva-me quando quiser." : "Hello! I’m \(name). Write to me whenever you like."
    }

    var signInFailed: String {
        isPortuguese
            ? "Não consegui entrar no serviço de IA. Contacte quem me hospeda."
            : "I couldn’t sign in to the AI service. Please contact whoever hosts me."
    }

    var billingFailed: String {
        isPortuguese
            ? "O serviço de IA está suspenso por causa de um pagamento."
            : "The AI service is paused because of a payment."
    }

    var tooBusy: String {
        isPortuguese
            ? "Há muitos pedidos neste momento. Tente de novo daqui a pouco."
            : "There are too many requests right now. Please try again in a little while."
    }

    var apology: String {
        isPortuguese
            ? "Desculpe, não consegui responder agora. Tente de novo daqui a pouco."
            : "Sorry, I couldn’t answer just now. Please try again in a little while."
    }
}
