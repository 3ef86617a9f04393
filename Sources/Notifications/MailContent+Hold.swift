import Core

extension MailContent {
    static func held(
        _ reason: AgentHold.Reason, agentName: String, dashboardURL: String, language: Language
    ) -> MailContent {
        let subject = LocalizedText(en: "\(agentName) was stopped", pt: "\(agentName) parou")
        let what =
            switch reason {
            case .manyCalls:
                LocalizedText(
                    en: "\(agentName) needed more than \(AgentHold.mostCalls) steps for one message. Each step uses up "
                        + "some of your month, so we stopped it.",
                    pt: "\(agentName) precisou de mais de \(AgentHold.mostCalls) passos para uma única mensagem. Cada passo "
                        + "gasta um pouco do seu mês, por isso paramos tudo.")
            case .unasked:
                LocalizedText(
                    en: "Within a day, \(agentName) used a tenth of your month without a message from you, so we "
                        + "stopped it.",
                    pt: "Em um dia, \(agentName) usou um décimo do seu mês sem nenhuma mensagem sua, por isso paramos tudo.")
            }
        let outro = LocalizedText(
            en: "Until you let it go on, it doesn't answer, and nothing more is used. Reminders still come.",
            pt: "Até você deixar que continue, não há respostas, e nada mais é gasto. Os lembretes continuam chegando.")
        let button = LocalizedText(en: "Open the dashboard", pt: "Abrir o painel")
        return MailContent(
            subject: subject[language], paragraphs: [what[language], outro[language]],
            links: [Link(label: button[language], url: dashboardURL)], language: language)
    }
}
