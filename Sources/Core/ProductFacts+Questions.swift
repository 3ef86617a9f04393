extension ProductFacts {
    /// The questions that the site answers by itself, in this order.
    package static let frequent: [FactTopic] = [
        .openclaw, .abilities, .skills, .whatsapp, .trial, .whenUsedUp, .privacy, .team, .cancel, .account,
    ]

    /// A question as people ask it; `nil` for topics that the site doesn't list.
    package func question(_ topic: FactTopic) -> LocalizedText? {
        switch topic {
        case .openclaw: LocalizedText(en: "What is OpenClaw?", pt: "O que é o OpenClaw?")
        case .abilities: LocalizedText(en: "What can it do?", pt: "O que ele faz?")
        case .skills: LocalizedText(en: "Do I need to know anything technical?", pt: "Preciso entender de tecnologia?")
        case .whatsapp: LocalizedText(en: "Does it work on WhatsApp?", pt: "Funciona no WhatsApp?")
        case .trial: LocalizedText(en: "Is there a free trial?", pt: "Há um teste grátis?")
        case .whenUsedUp:
            LocalizedText(en: "What happens when my month is used up?", pt: "O que acontece quando meu mês acaba?")
        case .privacy: LocalizedText(en: "Who can read what I write?", pt: "Quem pode ler o que escrevo?")
        case .team: LocalizedText(en: "Can several people use one agent?", pt: "Várias pessoas podem usar um agente?")
        case .cancel: LocalizedText(en: "How do I cancel?", pt: "Como cancelo?")
        case .account:
            LocalizedText(
                en: "How do I get back to my dashboard on another device?", pt: "Como volto ao meu painel em outro aparelho?"
            )
        default: nil
        }
    }
}
