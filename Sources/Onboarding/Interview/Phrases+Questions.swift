import Core

/// The questions about the agent and the plan.
extension Phrase {
    static let greeting = Phrase(
        "greeting",
        LocalizedText(
            en: """
                Hi! I'm the assistant of openclaw-cloud. A few short questions, and you'll have an AI agent of your own on \
                Telegram. What should it help you with?
                """,
            pt: """
                Olá! Sou o assistente da openclaw-cloud. Bastam umas perguntas curtas e terá um agente de IA só seu no Telegram. \
                Em que deve ele ajudar?
                """))

    static let askPurpose = Phrase(
        "ask-purpose",
        LocalizedText(en: "What should your agent help you with?", pt: "Em que deve o seu agente ajudar?"),
        LocalizedText(
            en: "Tell me in a few words what your agent is to do for you.",
            pt: "Diga em poucas palavras o que o agente deve fazer por si."))

    static let purposeHint = Phrase(
        "purpose-hint",
        LocalizedText(
            en: "A few words are enough, for example what takes up too much of your time. What should your agent help with?",
            pt: "Bastam umas palavras, por exemplo o que lhe ocupa demasiado tempo. Em que deve o agente ajudar?"),
        LocalizedText(
            en: "Just describe a task in your own words, or tap one of these.",
            pt: "Descreva uma tarefa por palavras suas, ou toque numa destas."))

    static let askName = Phrase(
        "ask-name",
        LocalizedText(
            en: "Got it. What shall we call your agent? Type any name you like, or tap one.",
            pt: "Entendido. Como se vai chamar o seu agente? Escreva o nome que quiser, ou toque num."),
        LocalizedText(
            en: "Which name would you like for your agent?", pt: "Que nome quer para o seu agente?"))

    static let otherNames = Phrase(
        "other-names",
        LocalizedText(en: "Here are some more.", pt: "Aqui estão mais alguns."),
        LocalizedText(en: "Or perhaps one of these.", pt: "Ou talvez um destes."))

    static let whichName = Phrase(
        "which-name",
        LocalizedText(en: "Which name is it to be? Type one, or tap.", pt: "Qual é o nome, então? Escreva um, ou toque."),
        LocalizedText(en: "I still need the name itself.", pt: "Falta-me o nome em si."))

    static func choseName(_ name: String) -> Phrase {
        Phrase(
            "chose-name",
            LocalizedText(
                en: "Then I'll take \(name). You can change it whenever you like.",
                pt: "Então fica \(name). Pode mudar quando quiser."))
    }

    static let nameTooLong = Phrase(
        "name-too-long",
        LocalizedText(
            en: "That's a little long: a name may have up to 32 characters. What's the short form?",
            pt: "É um pouco comprido: o nome pode ter até 32 caracteres. Qual é a forma curta?"),
        LocalizedText(
            en: "Telegram would cut that off. Up to 32 characters, please.",
            pt: "O Telegram cortaria isso. Até 32 caracteres, por favor."))

    static let nameNotUsable = Phrase(
        "name-not-usable",
        LocalizedText(
            en: "Telegram wouldn't take that as a name. Letters, digits and blanks always work.",
            pt: "O Telegram não aceitaria esse nome. Letras, algarismos e espaços funcionam sempre."),
        LocalizedText(
            en: "I can't use that one. How about a plain word?", pt: "Esse não posso usar. Que tal uma palavra simples?"))

    static func renamed(_ name: String) -> Phrase {
        Phrase(
            "renamed",
            LocalizedText(en: "Done: the name is \(name) now.", pt: "Feito: agora chama-se \(name)."))
    }

    static func askUsage(name: String) -> Phrase {
        Phrase(
            "ask-usage",
            LocalizedText(
                en: "\(name) it is. How much will you use \(name)?",
                pt: "Fica \(name). Quanto vai usar?"),
            LocalizedText(
                en: "How often will you talk to \(name)?",
                pt: "Com que frequência vai falar com \(name)?"))
    }

    static func usageHint(name: String) -> Phrase {
        Phrase(
            "usage-hint",
            LocalizedText(
                en: "I only need a rough idea: a little, every day, or all day?",
                pt: "Só preciso de uma ideia: pouco, todos os dias, ou o dia inteiro?"),
            LocalizedText(
                en: "One of these comes close, I'm sure.", pt: "Uma destas há de servir."))
    }

    static func recommend(_ plan: Plan, _ reason: Recommendation.Reason) -> Phrase {
        let why =
            switch reason {
            case .several:
                LocalizedText(en: "For use all day", pt: "Para usar o dia inteiro")
            case .daily: LocalizedText(en: "For daily use and work", pt: "Para uso diário e trabalho")
            case .trying:
                LocalizedText(
                    en: "For trying it out and a few chats a day", pt: "Para experimentar e umas conversas por dia")
            case .noSignal: LocalizedText(en: "For most people", pt: "Para a maioria das pessoas")
            }
        return Phrase(
            "recommend",
            LocalizedText(
                en: """
                    \(why.english), \(plan.name) fits best: \(plan.messages(.english)) for \
                    \(plan.price(.english)) a month. The choice is yours; which one would you like?
                    """,
                pt: """
                    \(why.portuguese), o \(plan.name) é o mais indicado: \(plan.messages(.portuguese)) por \
                    \(plan.price(.portuguese)) por mês. A escolha é sua; qual prefere?
                    """))
    }

    static let askPlan = Phrase(
        "ask-plan",
        LocalizedText(en: "Which plan would you like?", pt: "Que plano prefere?"),
        LocalizedText(en: "Pick the plan that suits you.", pt: "Escolha o plano que lhe convém."))

    static let whichPlan = Phrase(
        "which-plan",
        LocalizedText(en: "Which one, then?", pt: "Qual, então?"),
        LocalizedText(en: "These are the ones to choose from.", pt: "São estes os que pode escolher."))

    static func planHint(_ plans: [Plan]) -> Phrase {
        let names = plans.map(\.name).joined(separator: ", ")
        return Phrase(
            "plan-hint",
            LocalizedText(
                en: "I didn't catch that. Say the plan's name (\(names)), its price, or “the cheap one”.",
                pt: "Não percebi. Diga o nome do plano (\(names)), o preço, ou “o mais barato”."))
    }

    static func comparePlans(_ plans: [Plan]) -> Phrase {
        Phrase(
            "compare-plans",
            LocalizedText(
                en: "Here they are. \(list(plans, .english)). Which one?",
                pt: "Aqui estão. \(list(plans, .portuguese)). Qual?"),
            LocalizedText(
                en: "They differ mostly in how much you can use. \(list(plans, .english)).",
                pt: "Diferem sobretudo em quanto pode usar. \(list(plans, .portuguese))."))
    }

    static func planForNow(_ plan: Plan) -> Phrase {
        Phrase(
            "plan-for-now",
            LocalizedText(
                en: "Let me note \(plan.name) for now. Nothing is bought yet, and “change the plan” works until you pay.",
                pt: "Fico com o \(plan.name) por agora. Ainda nada foi comprado, e pode dizer “mudar de plano” até pagar."))
    }

    static func chosen(_ plan: Plan) -> Phrase {
        Phrase(
            "chosen",
            LocalizedText(en: "\(plan.name), good choice.", pt: "\(plan.name), boa escolha."),
            LocalizedText(en: "All right, \(plan.name).", pt: "Muito bem, \(plan.name)."))
    }

    static func list(_ plans: [Plan], _ language: Language) -> String {
        plans.map { $0.line[language] }.joined(separator: "; ")
    }
}
