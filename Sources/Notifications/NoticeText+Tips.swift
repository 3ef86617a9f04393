import Core

extension Notice {
    static func tips(_ context: NoticeContext) -> NoticeText? {
        guard context.box.desired == .running else { return nil }
        let agent = context.agent
        return NoticeText(
            subject: LocalizedText(
                en: "Three things to try with \(agent)", pt: "Três coisas para experimentar com \(agent)"),
            paragraphs: [
                LocalizedText(
                    en: """
                        Three things to send \(agent) when you have a minute:
                        “Remind me on Friday at nine to call my mother.”
                        A link, with “What does this say, in three sentences?”
                        “Remember that I don’t eat meat.”
                        """,
                    pt: """
                        Três mensagens para mandar a \(agent) quando você tiver um minuto:
                        “Na sexta às nove, me lembre de ligar para a minha mãe.”
                        Um link, com “O que diz aqui, em três frases?”
                        “Lembre que eu não como carne.”
                        """),
                LocalizedText(
                    en: "What \(agent) may do, and how it talks, is yours to choose in its settings on the dashboard.",
                    pt: "O que \(agent) pode fazer, e o jeito de falar, você escolhe nas configurações, no painel."),
            ],
            link: (LocalizedText(en: "Open the dashboard", pt: "Abrir o painel"), context.dashboard))
    }
}
