import Core

/// What is said about plans and money.
extension Phrase {
    static func recommend(_ plan: Plan, _ recommendation: Recommendation) -> Phrase {
        let why =
            switch recommendation.usage {
            case .heavy: LocalizedText(en: "For use all day", pt: "Para usar o dia inteiro")
            case .daily: LocalizedText(en: "For daily use and work", pt: "Para uso diário e trabalho")
            case .light:
                LocalizedText(
                    en: "For trying it out and a few chats a day", pt: "Para experimentar e umas conversas por dia")
            case .unknown: LocalizedText(en: "For most people", pt: "Para a maioria das pessoas")
            }
        let price = LocalizedText(
            en: "\(plan.messages(.english)) for \(plan.price(.english)) a month",
            pt: "\(plan.messages(.portuguese)) por \(plan.price(.portuguese)) por mês")
        if recommendation.isBeyondBudget {
            return Phrase(
                "recommend",
                LocalizedText(
                    en: "No plan costs less than \(plan.name): \(price.english). Is that all right for you?",
                    pt: "Nenhum plano custa menos que o \(plan.name): \(price.portuguese). Serve para você?"))
        }
        if recommendation.isBoundByBudget || recommendation.usage == .unknown && recommendation.tier != .pro {
            return Phrase(
                "recommend",
                LocalizedText(
                    en:
                        "Within your budget, \(plan.name) fits best: \(price.english). The choice is yours; which one would you like?",
                    pt:
                        "Dentro do seu orçamento, o \(plan.name) é o mais indicado: \(price.portuguese). A escolha é sua; qual você prefere?"
                ))
        }
        return Phrase(
            "recommend",
            LocalizedText(
                en:
                    "\(why.english), \(plan.name) fits best: \(price.english). The choice is yours; which one would you like?",
                pt:
                    "\(why.portuguese), o \(plan.name) é o mais indicado: \(price.portuguese). A escolha é sua; qual você prefere?"
            ))
    }

    static func budgetNoted(_ budget: Budget, cheapest: Plan) -> Phrase {
        guard budget.isComparable else {
            return Phrase(
                "budget-currency",
                LocalizedText(
                    en: "Prices are in US dollars; your bank converts them. I'll keep to the smallest plan.",
                    pt: "Os preços são em dólares americanos; o seu banco converte. Vou ficar no menor plano."))
        }
        let bound =
            budget.isStrict ? LocalizedText(en: "Under", pt: "Menos de") : LocalizedText(en: "At most", pt: "No máximo")
        return Phrase(
            "budget",
            LocalizedText(
                en: "\(bound.english) $\(budget.amount) a month: noted.",
                pt: "\(bound.portuguese) US$ \(budget.amount) por mês: anotado."))
    }

    static let askPlan = Phrase(
        "ask-plan",
        LocalizedText(en: "Which plan would you like?", pt: "Qual plano você prefere?"),
        LocalizedText(en: "So, which plan shall it be?", pt: "Então, qual plano vai ser?"))

    static let whichPlan = Phrase(
        "which-plan",
        LocalizedText(en: "Which plan would you like, then?", pt: "Qual plano você prefere, então?"),
        LocalizedText(en: "These are the ones to choose from. Which one?", pt: "São estes os que você pode escolher. Qual?"))

    static func planHint(_ plans: [Plan]) -> Phrase {
        let names = plans.map(\.name).joined(separator: ", ")
        return Phrase(
            "plan-hint",
            LocalizedText(
                en: "I didn't catch which plan. Say its name (\(names)), its price, or “the cheap one”.",
                pt: "Não entendi qual plano. Diga o nome (\(names)), o preço, ou “o mais barato”."),
            LocalizedText(
                en: "I'd rather not choose for you: is it \(plans.map(\.name).joined(separator: " or "))?",
                pt: "Prefiro não escolher por você: é \(plans.map(\.name).joined(separator: " ou "))?"))
    }

    static func comparePlans(_ plans: [Plan]) -> Phrase {
        Phrase(
            "compare-plans",
            LocalizedText(
                en: "Here they are. \(list(plans, .english)). Which one?",
                pt: "Aqui estão. \(list(plans, .portuguese)). Qual?"),
            LocalizedText(
                en: "They differ mostly in how much you can use. \(list(plans, .english)). Which one would you like?",
                pt: "A diferença está em quanto você pode usar. \(list(plans, .portuguese)). Qual você prefere?"))
    }

    static func chosen(_ plan: Plan) -> Phrase {
        Phrase(
            "chosen",
            LocalizedText(
                en: "\(plan.name) it is, \(plan.price(.english)) a month.",
                pt: "Fica o \(plan.name), \(plan.price(.portuguese)) por mês."),
            LocalizedText(
                en: "All right: \(plan.name), \(plan.price(.english)) a month.",
                pt: "Combinado: \(plan.name), \(plan.price(.portuguese)) por mês."))
    }

    /// - Parameters:
    ///   - current: the plan chosen before.
    ///   - budget: what was said about money, if the plan is dearer than that.
    static func confirmPlan(_ plan: Plan, instead current: Plan?, budget: Budget?) -> Phrase {
        if let current {
            return Phrase(
                "confirm-plan",
                LocalizedText(
                    en:
                        "\(plan.name) costs \(plan.price(.english)) a month instead of \(current.price(.english)). Shall I switch to \(plan.name)?",
                    pt:
                        "O \(plan.name) custa \(plan.price(.portuguese)) por mês em vez de \(current.price(.portuguese)). Mudo para o \(plan.name)?"
                ))
        }
        if let budget, !budget.allows(plan) {
            return Phrase(
                "confirm-plan",
                LocalizedText(
                    en:
                        "\(plan.name) costs \(plan.price(.english)) a month, which is above the $\(budget.amount) you named. Shall I take \(plan.name) all the same?",
                    pt:
                        "O \(plan.name) custa \(plan.price(.portuguese)) por mês, acima dos US$ \(budget.amount) que você disse. Fico com o \(plan.name) mesmo assim?"
                ))
        }
        return Phrase(
            "confirm-plan",
            LocalizedText(
                en: "\(plan.name) costs \(plan.price(.english)) a month. Shall I note \(plan.name)?",
                pt: "O \(plan.name) custa \(plan.price(.portuguese)) por mês. Anoto o \(plan.name)?"))
    }

    static func yourPlan(_ plan: Plan) -> Phrase {
        Phrase(
            "your-plan",
            LocalizedText(
                en: "You have \(plan.name): \(plan.messages(.english)) for \(plan.price(.english)) a month.",
                pt: "Você tem o \(plan.name): \(plan.messages(.portuguese)) por \(plan.price(.portuguese)) por mês."))
    }

    static let noPlanYet = Phrase(
        "no-plan-yet",
        LocalizedText(
            en: "You haven't chosen a plan yet. These are the ones there are; which one would you like?",
            pt: "Você ainda não escolheu um plano. São estes os que há; qual você prefere?"))

    static let planOnDashboard = Phrase(
        "plan-on-dashboard",
        LocalizedText(
            en: "Your plan is paid for; you change it on the dashboard, under your plan.",
            pt: "Seu plano já está pago; a mudança é feita no painel, no seu plano."))

    static func list(_ plans: [Plan], _ language: Language) -> String {
        plans.map { $0.line[language] }.joined(separator: "; ")
    }
}
