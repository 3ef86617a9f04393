import Core

extension Notice {
    /// What is charged, and until when nothing is if the customer wants it so.
    static func trialEnding(_ context: NoticeContext) -> NoticeText? {
        guard let subscription = context.subscription, subscription.status == .trialing, subscription.cancelAt == nil,
            context.now < subscription.periodEnd
        else { return nil }
        let (agent, end) = (context.agent, subscription.periodEnd)
        let plan = context.plans[subscription.tier]
        let price = money(plan.monthlyPrice, "usd")
        return NoticeText(
            subject: LocalizedText(
                en: "\(agent)'s free trial ends on \(end.day(.english))",
                pt: "O teste grátis de \(agent) termina em \(end.day(.portuguese))"),
            paragraphs: [
                LocalizedText(
                    en:
                        "\(agent)'s free trial ends on \(end.day(.english)). From then on \(plan.name) costs \(price) a month, and the first month is charged to your card.",
                    pt:
                        "O teste grátis de \(agent) termina em \(end.day(.portuguese)). A partir daí, o \(plan.name) custa \(price) por mês, e o primeiro mês é cobrado no seu cartão."
                ),
                LocalizedText(
                    en: "To go on, you need to do nothing. To be charged nothing, cancel on the dashboard before that day."
                        + agreed(context.plans.terms)[.english],
                    pt: "Para continuar, não é preciso fazer nada. Para não pagar nada, cancele no painel antes desse dia."
                        + agreed(context.plans.terms)[.portuguese]),
            ], link: (openDashboard, context.dashboard))
    }

    /// What may make the sum another one, as it stood on the payment page.
    private static func agreed(_ terms: SaleTerms) -> LocalizedText {
        switch (terms.takesPromotionCodes, terms.reckonsTax) {
        case (false, false): LocalizedText(en: "", pt: "")
        case (true, false):
            LocalizedText(
                en: " A promotion code counts as on the payment page.",
                pt: " Um código promocional vale como na página de pagamento.")
        case (false, true):
            LocalizedText(
                en: " Tax counts as on the payment page.", pt: " Os impostos valem como na página de pagamento.")
        case (true, true):
            LocalizedText(
                en: " A promotion code and tax count as on the payment page.",
                pt: " Código promocional e impostos valem como na página de pagamento.")
        }
    }

    static func trialRefused(_ context: NoticeContext) -> NoticeText? {
        let agent = context.agent
        return NoticeText(
            subject: LocalizedText(
                en: "\(agent) can't have a free trial", pt: "\(agent) não pode ter um teste grátis"),
            paragraphs: [
                LocalizedText(
                    en:
                        "There is one free trial for each person, and this e-mail address or Telegram account has had a subscription before. The trial was ended, and nothing was charged.",
                    pt:
                        "Há um teste grátis por pessoa, e este e-mail ou esta conta do Telegram já teve uma assinatura. O teste foi encerrado, e nada foi cobrado."
                ),
                LocalizedText(
                    en: "The dashboard leads to \(agent)'s first month.",
                    pt: "No painel você pode começar o primeiro mês de \(agent)."),
            ], link: (openDashboard, context.dashboard))
    }

    static func trialUsage(_ percent: Int, until end: Timestamp, _ context: NoticeContext) -> NoticeText {
        let agent = context.agent
        let isOver = percent >= 100
        return NoticeText(
            subject: isOver
                ? LocalizedText(
                    en: "\(agent)'s free trial is used up", pt: "O teste grátis de \(agent) está esgotado")
                : LocalizedText(
                    en: "\(agent): \(percent) % of the free trial used",
                    pt: "\(agent): \(percent) % do teste grátis usado"),
            paragraphs: [
                isOver
                    ? LocalizedText(
                        en:
                            "\(agent)'s free trial is used up. \(agent) answers again with the first month, from \(end.day(.english)).",
                        pt:
                            "O teste grátis de \(agent) está esgotado. \(agent) volta a responder com o primeiro mês, em \(end.day(.portuguese))."
                    )
                    : LocalizedText(
                        en:
                            "\(percent) % of \(agent)'s free trial is used. The first month begins on \(end.day(.english)).",
                        pt:
                            "\(percent) % do teste grátis de \(agent) foi usado. O primeiro mês começa em \(end.day(.portuguese))."
                    ),
                LocalizedText(en: "What was used is on the dashboard.", pt: "O uso está no painel."),
            ], link: (openDashboard, context.dashboard))
    }
}
