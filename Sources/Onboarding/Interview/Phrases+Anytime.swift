import Core

/// Answers to what can be asked for at any point.
extension Phrase {
    static let hello = Phrase(
        "hello", LocalizedText(en: "Hello!", pt: "Olá!"), LocalizedText(en: "Hello again!", pt: "Olá de novo!"))
    static let welcome = Phrase(
        "welcome", LocalizedText(en: "You're welcome!", pt: "De nada!"),
        LocalizedText(en: "Any time.", pt: "Sempre que precisar."))
    static let noHurry = Phrase(
        "no-hurry", LocalizedText(en: "No hurry, take your time.", pt: "Sem pressa, fique à vontade."),
        LocalizedText(en: "Of course, I'll be here.", pt: "Claro, eu espero aqui."))

    static let calm = Phrase(
        "calm",
        LocalizedText(
            en: "I'm sorry if something went wrong here. I'd still like to get this done with you.",
            pt: "Desculpe se algo deu errado por aqui. Quero resolver isso com você."),
        LocalizedText(
            en: "I hear that you're annoyed. Let's take it one step at a time.",
            pt: "Entendo a irritação. Vamos um passo de cada vez."))

    static let onlySetUp = Phrase(
        "only-set-up",
        LocalizedText(
            en: "I only set up agents here, and neither prices nor rules change by being asked to.",
            pt: "Aqui eu só instalo agentes, e nem preços nem regras mudam a pedido."),
        LocalizedText(
            en: "That's nothing I can do. Setting up your agent is.",
            pt: "Isso eu não posso fazer. Instalar seu agente, sim."))

    static func help(isPaid: Bool) -> Phrase {
        if isPaid {
            return Phrase(
                "help-paid",
                LocalizedText(
                    en: "Ask me for the status, the link, your usage or your plan, or say “change the name to …”.",
                    pt: "Pergunte pelo estado, pelo link, pelo consumo ou pelo plano, ou diga “mudar o nome para …”."),
                LocalizedText(
                    en: "I can tell you about the status, the link, your usage and your plan, or change the name.",
                    pt: "Posso informar o estado, o link, o consumo e o plano, ou mudar o nome."))
        }
        return Phrase(
            "help",
            LocalizedText(
                en: """
                    I ask what your agent is for, its name and how much you'll use it; then you connect Telegram and pay. You can \
                    ask anything in between, correct anything (“call it …”), or say “back” or “start over”.
                    """,
                pt: """
                    Pergunto para que serve o agente, o nome e quanto você vai usar; depois você liga o Telegram e paga. Pode perguntar \
                    o que quiser, corrigir (“chame de …”), ou dizer “voltar” ou “recomeçar”.
                    """),
            LocalizedText(
                en: "Just answer in your own words, ask me anything, or say “back”.",
                pt: "É só responder do seu jeito, perguntar o que quiser, ou dizer “voltar”."))
    }

    static let confirmStartOver = Phrase(
        "confirm-start-over",
        LocalizedText(
            en: "Shall I forget your answers and start from the beginning?",
            pt: "Esqueço as suas respostas e começamos do início?"))

    static let startingOver = Phrase(
        "starting-over", LocalizedText(en: "All right, from the beginning.", pt: "Muito bem, desde o início."),
        LocalizedText(en: "A fresh start, then.", pt: "Então começamos de novo."))

    static let confirmDeletion = Phrase(
        "confirm-deletion",
        LocalizedText(
            en: "Shall I delete this conversation and everything that you have told me? That can't be undone.",
            pt: "Apago esta conversa e tudo o que você me contou? Isso não pode ser desfeito."))

    static let erased = Phrase(
        "erased",
        LocalizedText(
            en: "Everything is deleted. If you like, we can begin anew: what should an agent help you with?",
            pt: "Tudo foi apagado. Se quiser, podemos começar de novo: em que um agente deve ajudar?"))

    static func paidAlready(name: String) -> Phrase {
        Phrase(
            "paid-already",
            LocalizedText(
                en:
                    "\(name) is paid for and set up, so there's nothing to go back to here. The dashboard is where you change things.",
                pt:
                    "\(name) já está com tudo pago e pronto, então não há nada a refazer aqui. As mudanças são feitas no painel."
            ),
            LocalizedText(
                en: "Everything is set up. What you'd like to change is on the dashboard.",
                pt: "Está tudo pronto. O que você quiser mudar está no painel."))
    }

    static let progress = Phrase(
        "progress",
        LocalizedText(
            en: "We're getting there; this is what comes next.", pt: "Estamos quase lá; o próximo passo é este."),
        LocalizedText(en: "One thing after the other.", pt: "Uma coisa de cada vez."))

    static func soFar(name: String?, purpose: String?, plan: Plan?) -> Phrase {
        func join(_ parts: [String?], _ nothing: String) -> String {
            let said = parts.compactMap(\.self)
            return said.isEmpty ? nothing : said.joined(separator: ", ")
        }
        return Phrase(
            "so-far",
            LocalizedText(
                en: "So far I have: "
                    + join(
                        [
                            name.map { "the name \($0)" }, purpose.map { "the task “\($0)”" },
                            plan.map { "the plan \($0.name)" },
                        ], "nothing yet")
                    + ".",
                pt: "Até agora tenho: "
                    + join(
                        [
                            name.map { "o nome \($0)" }, purpose.map { "a tarefa “\($0)”" },
                            plan.map { "o plano \($0.name)" },
                        ], "nada ainda")
                    + "."))
    }

    static let nobodyLinked = Phrase(
        "nobody-linked",
        LocalizedText(
            en: "No Telegram account is linked to this conversation.",
            pt: "Nenhuma conta do Telegram está ligada a esta conversa."))

    static let accountForgotten = Phrase(
        "account-forgotten",
        LocalizedText(
            en: "That account and its bot are let go, and the old link is void. A new link comes in a moment.",
            pt: "Essa conta e o bot dela foram desligados, e o link antigo não vale mais. Um novo link chega em instantes."))
}
