import Core

/// What is bought, for how much, and when it is charged.
extension Phrase {
    static let summaryID = "summary"

    static func summary(name: String, bot: String, purpose: String, plan: Plan, terms: SaleTerms) -> Phrase {
        let charge = charge(plan, terms)
        let isTrial = terms.trialDays != nil
        return Phrase(
            summaryID,
            LocalizedText(
                en: """
                    This is what you get: \(name), on Telegram as @\(bot), for “\(purpose)”, with the \(plan.name) plan \
                    (\(plan.messages(.english))). \(charge.english); nothing beyond that.
                    """,
                pt: """
                    Você recebe: \(name), no Telegram como @\(bot), para “\(purpose)”, com o plano \(plan.name) \
                    (\(plan.messages(.portuguese))). \(charge.portuguese); nada além disso.
                    """),
            LocalizedText(
                en:
                    "\(name) (@\(bot)) for “\(purpose)”, \(plan.name) at \(plan.price(.english)) a month\(isTrial ? "" : ", the first one today").",
                pt:
                    "\(name) (@\(bot)) para “\(purpose)”, \(plan.name) por \(plan.price(.portuguese)) por mês\(isTrial ? "" : ", o primeiro hoje")."
            ))
    }

    /// `$19 is charged today and then every month until you cancel`
    private static func charge(_ plan: Plan, _ terms: SaleTerms) -> LocalizedText {
        let tax =
            terms.reckonsTax
            ? LocalizedText(en: ", with tax where it is due,", pt: ", com impostos onde houver,")
            : LocalizedText(en: "", pt: "")
        let when =
            terms.trialDays == nil
            ? LocalizedText(
                en: "charged today and then every month until you cancel",
                pt: "cobrados hoje e depois a cada mês, até você cancelar")
            : LocalizedText(en: "charged every month until you cancel", pt: "cobrados a cada mês, até você cancelar")
        return LocalizedText(
            en: "\(plan.price(.english))\(tax.english) is \(when.english)",
            pt: "\(plan.price(.portuguese))\(tax.portuguese) são \(when.portuguese)")
    }

    /// Whether it is the visitor's first subscription, the payment page knows.
    static func trialTerms(days: Int, units plans: PlanTable) -> Phrase {
        Phrase(
            "trial-terms",
            LocalizedText(
                en:
                    "If this is your first agent here, \(days == 1 ? "the first day is" : "the first \(days) days are") free, for about \(plans.trialMessages) messages, and the first month is charged after that, unless you cancel before. Otherwise it is charged today. The payment page says which.",
                pt:
                    "Se for o seu primeiro agente aqui, \(days == 1 ? "o primeiro dia é grátis" : "os primeiros \(days) dias são grátis"), para cerca de \(plans.trialMessages) mensagens, e o primeiro mês é cobrado depois disso, a não ser que você cancele antes. Se não for, é cobrado hoje. A página de pagamento diz qual é o caso."
            ))
    }

    static func trialBegun(name: String) -> Phrase {
        Phrase(
            "trial-begun",
            LocalizedText(
                en: "Your free trial has begun. I'm setting \(name) up; it takes a few seconds.",
                pt: "Seu teste grátis começou. Estou preparando \(name); leva poucos segundos."))
    }
}
