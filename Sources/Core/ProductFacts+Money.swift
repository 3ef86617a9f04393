extension ProductFacts {
    func money(_ topic: FactTopic) -> LocalizedText? {
        switch topic {
        case .price:
            LocalizedText(
                en: "A month costs: \(priceList.english). "
                    + (plans.terms.reckonsTax
                        ? "Beyond the plan, and tax where it is due, nothing is ever charged."
                        : "That is all: nothing beyond the plan is ever charged."),
                pt: "Por mês custa: \(priceList.portuguese). "
                    + (plans.terms.reckonsTax
                        ? "Além do plano, e de impostos onde houver, nada é cobrado."
                        : "É só isso: nada além do plano é cobrado."))
        case .comparison:
            LocalizedText(
                en: "They differ in how much you can use in a month and how long the agent thinks: \(priceList.english).",
                pt: "A diferença está em quanto você pode usar por mês e em quanto o agente pensa: \(priceList.portuguese).")
        case .limit:
            LocalizedText(
                en:
                    "How long a month lasts depends on what you ask; roughly: \(priceList.english). Long texts take more. The dashboard shows live how much is left.",
                pt:
                    "Quanto um mês rende depende do que você pede; em média: \(priceList.portuguese). Textos longos gastam mais. O painel mostra ao vivo quanto resta."
            )
        case .whenUsedUp:
            LocalizedText(
                en: "When a month is used up, the agent says so and waits for the next month. Nothing extra is charged.",
                pt: "Quando o mês acaba, o agente avisa e espera o mês seguinte. Nada a mais é cobrado.")
        case .trial: trial
        case .refund:
            LocalizedText(
                en:
                    "There is no automatic refund for a month that has begun: after cancelling, the agent runs until the end of the paid month."
                    + ask.english,
                pt:
                    "Não há reembolso automático de um mês já começado: depois de cancelar, o agente funciona até o fim do mês pago."
                    + ask.portuguese)
        case .cancel:
            LocalizedText(
                en:
                    "You can cancel any month on the dashboard, under your plan. The agent runs until the end of the paid month, and its data is kept \(Retention.agents.days) days after that.",
                pt:
                    "Você pode cancelar em qualquer mês no painel, no seu plano. O agente funciona até o fim do mês pago, e os dados ficam guardados mais \(Retention.agents.days) dias."
            )
        case .changePlan:
            LocalizedText(
                en:
                    "Until you pay, just tell me which plan you'd like. After that you change it on the dashboard, under your plan.",
                pt: "Até pagar, é só me dizer qual plano você quer. Depois, a mudança é feita no painel, no seu plano.")
        case .annual:
            LocalizedText(
                en: "There is no yearly plan: you pay month by month and can leave any month.",
                pt: "Não há plano anual: o pagamento é mês a mês, e você pode sair em qualquer mês.")
        case .discount: discount
        case .payment:
            LocalizedText(
                en:
                    "You pay by card on Stripe's page, which also shows any other way of paying it offers in your country. We never see your card number.",
                pt:
                    "O pagamento é com cartão na página da Stripe, que mostra também outras formas que ela ofereça no seu país. Nós nunca vemos o número do cartão."
            )
        case .currency:
            LocalizedText(
                en: "Prices are in US dollars a month; your bank converts them at its own rate.",
                pt: "Os preços são em dólares americanos por mês; o seu banco converte pela cotação dele.")
        case .vat: tax
        case .invoice:
            LocalizedText(
                en: "Each payment has an invoice from Stripe, which you find on the dashboard under your plan.",
                pt: "Cada pagamento tem uma fatura da Stripe, que fica no painel, no seu plano.")
        default: nil
        }
    }

    /// Where to ask a person, as one more sentence; empty if there is no such place.
    var ask: LocalizedText {
        guard let contact else { return LocalizedText(en: "", pt: "") }
        return LocalizedText(
            en: " For anything else, a person answers at \(contact).",
            pt: " Para o resto, uma pessoa responde em \(contact).")
    }
}
