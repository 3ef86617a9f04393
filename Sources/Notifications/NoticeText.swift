import Core

/// What a notice says, for the mail and for the agent's own chat.
struct NoticeText: Sendable {
    let subject: LocalizedText
    /// The first one is what the chat says.
    let paragraphs: [LocalizedText]
    let link: (label: LocalizedText, url: String)?

    /// - Parameter unsubscribeURL: where mails like this are switched off; `nil` where that can't be.
    func mail(_ language: Language, unsubscribeURL: String? = nil) -> MailContent {
        MailContent(
            subject: subject[language], paragraphs: paragraphs.map { $0[language] },
            links: link.map { [MailContent.Link(label: $0.label[language], url: $0.url)] } ?? [],
            unsubscribe: unsubscribeURL.map { MailContent.Link(label: Self.switchOff[language], url: $0) },
            language: language)
    }

    private static let switchOff = LocalizedText(en: "No more mails like this", pt: "Não receber mais e-mails assim")

    func message(_ language: Language) -> String {
        ([paragraphs.first.map { $0[language] }] + [link.map { "\($0.label[language]): \($0.url)" }]).compactMap { $0 }
            .joined(separator: "\n\n")
    }
}

extension Notice {
    /// - Returns: `nil` where what it was about isn't so any more.
    func text(_ context: NoticeContext) -> NoticeText? {
        switch self {
        case .receipt: context.invoice.map { Self.receipt($0, context) }
        case .usage(let percent): Self.usage(percent, context)
        case .paymentFailed(let day): Self.paymentFailed(day, context)
        case .suspended: Self.suspended(context)
        case .recovered: Self.recovered(context)
        case .planChanged(let from, let to): Self.planChanged(context.plans[from], context.plans[to], context)
        case .trialEnding: Self.trialEnding(context)
        case .trialRefused: Self.trialRefused(context)
        case .cancelled: Self.cancelled(context)
        case .ended: Self.ended(context)
        case .deletionNear: Self.deletionNear(context)
        case .deleted: Self.deleted(context)
        }
    }

    static let openDashboard = LocalizedText(en: "Open the dashboard", pt: "Abrir o painel")

    private static func receipt(_ invoice: Invoice, _ context: NoticeContext) -> NoticeText {
        let amount = money(invoice.paid, invoice.currency)
        let plan = invoice.tier.map { " (\(context.plans[$0].name))" } ?? ""
        let day = invoice.createdAt
        return NoticeText(
            subject: LocalizedText(en: "Receipt: \(amount)", pt: "Recibo: \(amount)"),
            paragraphs: [
                LocalizedText(
                    en: "Thank you. \(amount) were paid for \(context.agent)\(plan) on \(day.day(.english)).",
                    pt: "Obrigado. Foram pagos \(amount) por \(context.agent)\(plan) em \(day.day(.portuguese))."),
                LocalizedText(
                    en: "Invoice \(invoice.number ?? invoice.id). All invoices are on the dashboard.",
                    pt: "Fatura \(invoice.number ?? invoice.id). Todas as faturas estão no painel."),
            ],
            link: (LocalizedText(en: "Invoice as PDF", pt: "Fatura em PDF"), invoice.pdfURL ?? context.dashboard))
    }

    private static func usage(_ percent: Int, _ context: NoticeContext) -> NoticeText? {
        guard let quota = context.quota else { return nil }
        let (agent, end) = (context.agent, quota.periodEnd)
        if context.subscription?.status == .trialing { return trialUsage(percent, until: end, context) }
        let isOver = percent >= 100
        let hasLarger = context.box.tier != context.plans.all.last?.tier
        let first =
            isOver
            ? LocalizedText(
                en: "\(agent)'s month is used up until \(end.day(.english))."
                    + (hasLarger ? " A larger plan sets \(agent) going again at once." : ""),
                pt: "O mês de \(agent) está esgotado até \(end.day(.portuguese))."
                    + (hasLarger ? " Um plano maior volta a ativar \(agent) na hora." : ""))
            : LocalizedText(
                en: "\(percent) % of \(agent)'s month is used. It starts anew on \(end.day(.english)).",
                pt: "\(percent) % do mês de \(agent) foi usado. O próximo começa em \(end.day(.portuguese)).")
        return NoticeText(
            subject: isOver
                ? LocalizedText(en: "\(agent)'s month is used up", pt: "O mês de \(agent) está esgotado")
                : LocalizedText(en: "\(agent): \(percent) % used", pt: "\(agent): \(percent) % usado"),
            paragraphs: [
                first,
                LocalizedText(
                    en: "What was used, and the other plans, are on the dashboard.",
                    pt: "O uso e os outros planos estão no painel."),
            ], link: (openDashboard, context.dashboard))
    }

    private static func paymentFailed(_ day: Int, _ context: NoticeContext) -> NoticeText? {
        guard let end = context.graceEnd, context.now < end else { return nil }
        let agent = context.agent
        return NoticeText(
            subject: day == 6
                ? LocalizedText(
                    en: "\(agent) pauses tomorrow: payment missing", pt: "\(agent) pausa amanhã: falta o pagamento")
                : LocalizedText(en: "The payment for \(agent) failed", pt: "O pagamento de \(agent) falhou"),
            paragraphs: [
                LocalizedText(
                    en:
                        "The payment for \(agent) failed. \(agent) runs until \(end.day(.english)), and pauses then unless it is paid.",
                    pt:
                        "O pagamento de \(agent) falhou. \(agent) funciona até \(end.day(.portuguese)) e depois pausa se não for pago."
                ),
                context.hasPaidBefore
                    ? LocalizedText(
                        en: "Until it is paid there is what was left of last month, and about a day's use more.",
                        pt: "Até o pagamento, há o que restou do mês anterior e cerca de um dia de uso a mais.")
                    : LocalizedText(
                        en: "Until it is paid there is what was left of the free trial.",
                        pt: "Até o pagamento, há o que restou do teste grátis."),
            ],
            link: (
                LocalizedText(en: "Pay now", pt: "Pagar agora"), context.subscription?.paymentURL ?? context.dashboard
            ))
    }

    private static func suspended(_ context: NoticeContext) -> NoticeText? {
        guard context.box.desired == .suspended else { return nil }
        let agent = context.agent
        let reason =
            switch context.subscription?.withdrawal {
            case .refunded:
                LocalizedText(en: "the payment was refunded", pt: "o pagamento foi reembolsado")
            case .disputed, .disputeLost:
                LocalizedText(en: "the payment is disputed", pt: "o pagamento foi contestado")
            case nil:
                LocalizedText(en: "the payment is still missing", pt: "o pagamento ainda não foi feito")
            }
        return NoticeText(
            subject: LocalizedText(en: "\(agent) is paused", pt: "\(agent) está em pausa"),
            paragraphs: [
                LocalizedText(
                    en: "\(agent) is paused, because \(reason[.english]). Nothing is lost.",
                    pt: "\(agent) está em pausa, porque \(reason[.portuguese]). Nada se perdeu."),
                LocalizedText(
                    en: "Once it is paid, \(agent) runs again within a minute.",
                    pt: "Depois do pagamento, \(agent) volta a funcionar em um minuto."),
            ],
            link: (
                LocalizedText(en: "Pay now", pt: "Pagar agora"), context.subscription?.paymentURL ?? context.dashboard
            ))
    }

    private static func recovered(_ context: NoticeContext) -> NoticeText {
        let agent = context.agent
        return NoticeText(
            subject: LocalizedText(en: "\(agent) is paid, thank you", pt: "\(agent): pagamento recebido"),
            paragraphs: [
                LocalizedText(
                    en: "The payment has arrived, thank you. \(agent) goes on with the whole month.",
                    pt: "O pagamento chegou, obrigado. \(agent) segue com o mês completo.")
            ], link: (openDashboard, context.dashboard))
    }

    private static func planChanged(_ from: Plan, _ to: Plan, _ context: NoticeContext) -> NoticeText {
        let agent = context.agent
        return NoticeText(
            subject: LocalizedText(en: "\(agent) is on \(to.name) now", pt: "\(agent) agora está no \(to.name)"),
            paragraphs: [
                LocalizedText(
                    en:
                        "\(agent)'s plan has changed from \(from.name) to \(to.name): about \(to.dailyMessages) messages a day.",
                    pt:
                        "O plano de \(agent) mudou de \(from.name) para \(to.name): cerca de \(to.dailyMessages) mensagens por dia."
                )
            ], link: (openDashboard, context.dashboard))
    }
}
