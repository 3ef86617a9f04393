import Core

/// What the person behind an agent reads where there is no answer: what happened, until when, and what to do.
extension LocalizedText {
    /// So many units are reserved for a new conversation with OpenClaw's own words and its tools, which count by their bytes (seen
    /// with 2026.9.4: refused with up to 10,600 left). With less left, to begin one is no help.
    private static let newConversation = 12_000
    /// With less left, nothing can be asked at all.
    private static let crumbs = 256

    /// - Parameter remaining: units that are left, but not enough for the call.
    static func monthIsUsedUp(resets: Timestamp, remaining: Int, upgradeURL: String) -> LocalizedText {
        let what =
            switch remaining {
            case ..<crumbs: LocalizedText(en: "This month's usage is used up.", pt: "O uso deste mês acabou.")
            case ..<newConversation:
                LocalizedText(
                    en: "What is left of this month's usage isn't enough for another answer.",
                    pt: "O que resta do uso deste mês não basta para mais uma resposta.")
            default:
                LocalizedText(
                    en: "What is left of this month's usage isn't enough for a conversation as long as this one. Send /new "
                        + "to begin a new one.",
                    pt: "O que resta do uso deste mês não basta para uma conversa tão longa. Envie /new para começar outra.")
            }
        return LocalizedText(
            en: "\(what.english) It starts anew on \(resets.dayAndMonth). A larger plan helps at once: \(upgradeURL)",
            pt: "\(what.portuguese) Ele recomeça em \(resets.dayAndMonthInPortuguese). Um plano maior resolve na hora: "
                + upgradeURL)
    }

    static func suspended(upgradeURL: String) -> LocalizedText {
        LocalizedText(
            en: "I'm paused because the plan isn't active right now. What you can do is here: \(upgradeURL)",
            pt: "Estou em pausa porque o plano não está ativo no momento. O que você pode fazer está aqui: \(upgradeURL)")
    }

    static func held(_ reason: AgentHold.Reason, dashboardURL: String) -> LocalizedText {
        let what =
            switch reason {
            case .manyCalls:
                LocalizedText(
                    en: "I stopped: I needed more than \(AgentHold.mostCalls) steps for one message, and each uses up some "
                        + "of your month.",
                    pt: "Parei: eu precisei de mais de \(AgentHold.mostCalls) passos para uma única mensagem, e cada um "
                        + "gasta um pouco do seu mês.")
            case .unasked:
                LocalizedText(
                    en: "I stopped: within a day I used a tenth of your month without a message from you.",
                    pt: "Parei: em um dia, usei um décimo do seu mês sem nenhuma mensagem sua.")
            }
        return LocalizedText(
            en: "\(what.english) To let me go on, press the button on your dashboard: \(dashboardURL)",
            pt: "\(what.portuguese) Para eu continuar, aperte o botão no seu painel: \(dashboardURL)")
    }

    /// Nobody reads it: no customer has the agent yet.
    static let spare = LocalizedText(en: "Ready.", pt: "Tudo pronto.")

    static let noPeriod = LocalizedText(
        en: "Your new month is being set up. Please send your message again in a few minutes.",
        pt: "Seu novo mês está sendo preparado. Por favor, envie sua mensagem de novo em alguns minutos.")

    static let allowanceInUse = LocalizedText(
        en:
            "Other answers are under way, and the rest of this month's usage is set aside for them. Please send your message "
            + "again in a minute.",
        pt: "Outras respostas estão em andamento, e o resto do uso deste mês está reservado para elas. Por favor, envie sua "
            + "mensagem de novo em um minuto.")

    static let tooMuchAtOnce = LocalizedText(
        en: "I'm being asked more than I can answer at once. Please send your message again in a minute.",
        pt:
            "Estou recebendo mais perguntas do que consigo responder de uma vez. Por favor, envie sua mensagem de novo em um "
            + "minuto.")

    static let upstreamUnavailable = LocalizedText(
        en: "I can't reach the AI service right now. Please send your message again in a few minutes.",
        pt: "Não consigo acessar o serviço de IA no momento. Por favor, envie sua mensagem de novo em alguns minutos.")

    static let upstreamBusy = LocalizedText(
        en: "The AI service is very busy right now. Please send your message again in a few minutes.",
        pt: "O serviço de IA está muito ocupado no momento. Por favor, envie sua mensagem de novo em alguns minutos.")

    static let ownTrouble = LocalizedText(
        en:
            "I can't answer right now: something isn't working on our side. Please send your message again in a few minutes.",
        pt: "Não consigo responder agora: algo não está funcionando do nosso lado. Por favor, envie sua mensagem de novo em "
            + "alguns minutos.")

    static let thoughtTooLong = LocalizedText(
        en:
            "My thinking got too long, and no room was left for the answer. Please ask in smaller steps, or send /think off.",
        pt: "Pensei demais, e não sobrou espaço para a resposta. Por favor, pergunte em partes menores, ou envie /think off."
    )
}
