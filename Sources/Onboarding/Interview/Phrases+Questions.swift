import Core

/// The questions about the agent and the plan.
extension Phrase {
    /// - Parameter chosen: on the landing page.
    static func greeting(chosen: Plan?) -> Phrase {
        let plan = chosen.map { plan in
            LocalizedText(
                en: " You've picked \(plan.name), \(plan.price(.english)) a month; say so if you'd rather have another.",
                pt: " Você escolheu o \(plan.name), \(plan.price(.portuguese)) por mês; se preferir outro plano, é só dizer."
            )
        }
        return Phrase(
            "greeting",
            LocalizedText(
                en: """
                    Hi! I'm the guide of openclaw-cloud. A few short questions, and you'll have an AI agent of your own on \
                    Telegram.\(plan?.english ?? "") What should \(chosen == nil ? "it" : "your agent") help you with?
                    """,
                pt: """
                    Olá! Sou o guia da openclaw-cloud. Com umas perguntas rápidas você terá seu próprio agente de IA no \
                    Telegram.\(plan?.portuguese ?? "") Em que \(chosen == nil ? "ele" : "seu agente") deve ajudar?
                    """))
    }

    static let askPurpose = Phrase(
        "ask-purpose",
        LocalizedText(en: "What should your agent help you with?", pt: "Em que seu agente deve ajudar?"),
        LocalizedText(
            en: "So, in a few words: what would you like your agent to do for you?",
            pt: "Então, em poucas palavras: o que seu agente deve fazer por você?"))

    static let purposeHint = Phrase(
        "purpose-hint",
        LocalizedText(
            en: "A few words are enough, for example what takes up too much of your time. What should your agent help with?",
            pt: "Bastam umas palavras, por exemplo o que toma muito do seu tempo. Em que seu agente deve ajudar?"),
        LocalizedText(
            en: "What would make your day easier? Describe it in your own words, or tap one of these.",
            pt: "O que facilitaria seu dia? Descreva do seu jeito, ou toque numa destas opções."))

    static let purposeIsYours = Phrase(
        "purpose-is-yours",
        LocalizedText(
            en:
                "No need to go into detail. A rough idea helps your agent to start well; “a bit of everything” is fine, too. What shall I note?",
            pt:
                "Não precisa entrar em detalhes. Uma ideia geral ajuda o agente a começar bem; “um pouco de tudo” também serve. O que anoto?"
        ),
        LocalizedText(
            en: "That's fine, it stays between you and your agent. Shall I note one of these, or “a bit of everything”?",
            pt: "Tudo bem, fica entre você e seu agente. Anoto uma destas, ou “um pouco de tudo”?"))

    static let everydayPurpose = Phrase(
        "everyday-purpose",
        LocalizedText(
            en: "Then I'll note everyday questions and tasks; you can tell your agent more at any time.",
            pt: "Então anoto perguntas e tarefas do dia a dia; você pode contar mais ao agente quando quiser."))

    static func understood(_ echo: String) -> Phrase {
        Phrase(
            "understood",
            LocalizedText(en: "Understood: “\(echo)”.", pt: "Entendi: “\(echo)”."),
            LocalizedText(en: "I've noted: “\(echo)”.", pt: "Anotei: “\(echo)”."))
    }

    static func pleased(_ owner: String) -> Phrase {
        Phrase("pleased", LocalizedText(en: "Nice to meet you, \(owner).", pt: "Prazer, \(owner)."))
    }

    static let askName = Phrase(
        "ask-name",
        LocalizedText(
            en: "What shall we call your agent? Type any name you like, or tap one.",
            pt: "Como vai se chamar seu agente? Escreva o nome que quiser, ou toque em um."),
        LocalizedText(
            en: "Which name would you like for your agent?", pt: "Que nome você quer para seu agente?"))

    static let otherNames = Phrase(
        "other-names",
        LocalizedText(en: "Here are some more.", pt: "Aqui estão mais alguns."),
        LocalizedText(en: "Or perhaps one of these.", pt: "Ou talvez um destes."))

    static let aboutNames = Phrase(
        "about-names",
        LocalizedText(
            en: "It's what your agent goes by on Telegram, as a contact does. You can change it later.",
            pt: "É como seu agente aparece no Telegram, como um contato. Dá para mudar depois."))
    static let whichName = Phrase(
        "which-name",
        LocalizedText(
            en: "I didn't catch a name. What shall the agent be called? Type it, or tap one.",
            pt: "Não peguei o nome. Como o agente vai se chamar? Escreva, ou toque em um."),
        LocalizedText(
            en: "I still need the name itself: just the name, please. Which one?",
            pt: "Ainda falta o nome em si: só o nome, por favor. Qual?"))

    static func confirmName(_ name: String) -> Phrase {
        Phrase(
            "confirm-name",
            LocalizedText(en: "Shall I call it \(name)?", pt: "O nome fica \(name)?"),
            LocalizedText(en: "So the name is \(name)?", pt: "Então o nome é \(name)?"))
    }

    static func choseName(_ name: String) -> Phrase {
        Phrase(
            "chose-name",
            LocalizedText(
                en: "Then I'll take \(name). You can change it whenever you like.",
                pt: "Então fica \(name). Você pode mudar quando quiser."))
    }

    static let nameTooLong = Phrase(
        "name-too-long",
        LocalizedText(
            en: "That's a little long: a name may have up to 32 characters. What's the short form?",
            pt: "É um pouco comprido: o nome pode ter até 32 caracteres. Qual é a forma curta?"),
        LocalizedText(
            en: "Telegram would cut that off. Up to 32 characters, please: which name?",
            pt: "O Telegram cortaria isso. Até 32 caracteres, por favor: qual nome?"))

    static let nameNotUsable = Phrase(
        "name-not-usable",
        LocalizedText(
            en: "Telegram wouldn't take that as a name. Letters, digits and spaces always work. Which name would you like?",
            pt: "O Telegram não aceitaria esse nome. Letras, números e espaços sempre funcionam. Que nome você quer?"),
        LocalizedText(
            en: "I can't use that one. How about a plain word?", pt: "Esse eu não posso usar. Que tal uma palavra simples?"))

    static func named(_ name: String) -> Phrase {
        Phrase("named", LocalizedText(en: "\(name) it is.", pt: "Fica \(name)."))
    }

    static func renamed(_ name: String) -> Phrase {
        Phrase("renamed", LocalizedText(en: "The name is \(name) now.", pt: "O nome agora é \(name)."))
    }

    static func askUsage(name: String) -> Phrase {
        Phrase(
            "ask-usage",
            LocalizedText(en: "How much will you use \(name)?", pt: "Quanto você vai usar \(name)?"),
            LocalizedText(
                en: "How often will you talk to \(name)?", pt: "Com que frequência você vai falar com \(name)?"))
    }

    static func usageHint(name: String) -> Phrase {
        Phrase(
            "usage-hint",
            LocalizedText(
                en: "I only need a rough idea to suggest a plan: a little, every day, or all day?",
                pt: "Só preciso de uma ideia para sugerir um plano: pouco, todos os dias, ou o dia inteiro?"),
            LocalizedText(
                en: "Which of these comes closest: a little, every day, or all day?",
                pt: "Qual chega mais perto: pouco, todos os dias, ou o dia inteiro?"))
    }

    static let speaking = Phrase(
        "speaking", LocalizedText(en: "English it is.", pt: "Em português, então."),
        LocalizedText(en: "Let's go on in English.", pt: "Seguimos em português."))

    static func onlyTwoLanguages(name: String) -> Phrase {
        Phrase(
            "only-two-languages",
            LocalizedText(
                en:
                    "I understand only English and Portuguese well in this set-up, sorry. Your agent itself will answer you in \(name).",
                pt: "Nesta instalação só entendo bem português e inglês, desculpe. Seu agente vai responder em \(name)."),
            LocalizedText(
                en: "This set-up goes on in English or Portuguese; your agent will write \(name) with you.",
                pt: "Esta instalação segue em português ou inglês; seu agente vai escrever em \(name) com você."))
    }
}
