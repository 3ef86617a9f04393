import Core

extension Notice {
    static func cancelled(_ context: NoticeContext) -> NoticeText? {
        guard let end = context.subscription?.cancelAt else { return nil }
        let agent = context.agent
        return NoticeText(
            subject: LocalizedText(en: "\(agent) is cancelled", pt: "\(agent): assinatura cancelada"),
            paragraphs: [
                LocalizedText(
                    en: "\(agent) is cancelled, and runs until \(end.day(.english)). Nothing more will be charged.",
                    pt:
                        "A assinatura de \(agent) foi cancelada. \(agent) funciona até \(end.day(.portuguese)). Nada mais será cobrado."
                ),
                LocalizedText(
                    en: "Until then you can take it back on the dashboard.",
                    pt: "Até lá, você pode voltar atrás no painel."),
            ], link: (LocalizedText(en: "Open the dashboard", pt: "Abrir o painel"), context.dashboard))
    }

    static func ended(_ context: NoticeContext) -> NoticeText? {
        guard let deletion = context.deletion else { return nil }
        let agent = context.agent
        return NoticeText(
            subject: LocalizedText(en: "\(agent) has stopped", pt: "\(agent) parou"),
            paragraphs: [
                LocalizedText(
                    en: "\(agent)'s subscription has ended. The data are kept until \(deletion.day(.english)).",
                    pt: "A assinatura de \(agent) terminou. Os dados ficam guardados até \(deletion.day(.portuguese))."),
                LocalizedText(
                    en: "Until then you can bring \(agent) back with all memories.",
                    pt: "Até lá, você pode trazer \(agent) de volta com todas as memórias."),
            ], link: (bringBack(agent), context.dashboard))
    }

    static func deletionNear(_ context: NoticeContext) -> NoticeText? {
        guard let deletion = context.deletion, context.box.desired == .suspended else { return nil }
        let agent = context.agent
        return NoticeText(
            subject: LocalizedText(
                en: "\(agent)'s data are deleted in a week", pt: "Os dados de \(agent) serão apagados em uma semana"),
            paragraphs: [
                LocalizedText(
                    en:
                        "On \(deletion.day(.english)) all that \(agent) knows is deleted for good. Until then you can bring \(agent) back.",
                    pt:
                        "Em \(deletion.day(.portuguese)), tudo o que \(agent) sabe será apagado para sempre. Até lá, você pode trazer \(agent) de volta."
                )
            ], link: (bringBack(agent), context.dashboard))
    }

    static func deleted(_ context: NoticeContext) -> NoticeText? {
        guard context.box.desired == .deleted else { return nil }
        let agent = context.agent
        return NoticeText(
            subject: LocalizedText(en: "\(agent)'s data are deleted", pt: "Os dados de \(agent) foram apagados"),
            paragraphs: [
                LocalizedText(
                    en: "All that \(agent) knew is deleted, as announced. Thank you for the time together.",
                    pt: "Tudo o que \(agent) sabia foi apagado, como anunciado. Obrigado pelo tempo juntos.")
            ],
            link: (
                LocalizedText(en: "Begin with a new agent", pt: "Começar com um novo agente"), "\(context.publicURL)/chat"
            ))
    }

    private static func bringBack(_ agent: String) -> LocalizedText {
        LocalizedText(en: "Bring \(agent) back", pt: "Trazer \(agent) de volta")
    }
}
