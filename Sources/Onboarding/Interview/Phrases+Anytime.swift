import Core

/// Answers to what can be asked at any point.
extension Phrase {
    static let speaking = Phrase("speaking", LocalizedText(en: "English it is.", pt: "Em português, então."))
    static let hello = Phrase(
        "hello", LocalizedText(en: "Hello!", pt: "Olá!"), LocalizedText(en: "Hello again!", pt: "Olá de novo!"))
    static let welcome = Phrase(
        "welcome", LocalizedText(en: "You're welcome!", pt: "De nada!"),
        LocalizedText(en: "Any time.", pt: "Sempre às ordens."))

    static func help(isPaid: Bool) -> Phrase {
        if isPaid {
            return Phrase(
                "help-paid",
                LocalizedText(
                    en: "Ask me for the status, the link, your usage or your plan, or say “change the name to …”.",
                    pt: "Pergunte pelo estado, pelo link, pelo consumo ou pelo plano, ou diga “mudar o nome para …”."))
        }
        return Phrase(
            "help",
            LocalizedText(
                en: """
                    I ask what your agent is for, its name and how much you'll use it; then you connect Telegram and pay. You can \
                    say “back”, “start over”, “change the name to …”, “change the plan” or “what does it cost?” at any time.
                    """,
                pt: """
                    Pergunto para que serve o agente, o nome e quanto o vai usar; depois liga o Telegram e paga. Pode dizer \
                    “voltar”, “recomeçar”, “mudar o nome para …”, “mudar de plano” ou “quanto custa?” a qualquer momento.
                    """))
    }

    static let startingOver = Phrase(
        "starting-over", LocalizedText(en: "All right, from the beginning.", pt: "Muito bem, desde o início."),
        LocalizedText(en: "A fresh start, then.", pt: "Então começamos de novo."))

    static func paidAlready(name: String) -> Phrase {
        Phrase(
            "paid-already",
            LocalizedText(
                en:
                    "\(name) is paid for and set up, so there's nothing to go back to here. The dashboard is where you change things.",
                pt:
                    "\(name) já está pago e instalado, por isso aqui não há nada a refazer. É no painel que se fazem mudanças."
            ))
    }

    static let planOnDashboard = Phrase(
        "plan-on-dashboard",
        LocalizedText(
            en: "You can change your plan on the dashboard; Stripe works out the difference.",
            pt: "Pode mudar de plano no painel; a Stripe calcula a diferença."))

    static let cancelOnDashboard = Phrase(
        "cancel-on-dashboard",
        LocalizedText(
            en:
                "You can cancel on the dashboard, under your plan. It runs until the end of the paid month, and the data is kept 30 days.",
            pt: "Pode cancelar no painel, no seu plano. Funciona até ao fim do mês pago, e os dados ficam guardados 30 dias."
        ))

    static let nothingToCancel = Phrase(
        "nothing-to-cancel",
        LocalizedText(
            en: "Nothing is bought yet, so there's nothing to cancel. Later it takes one click on the dashboard, any month.",
            pt:
                "Ainda nada foi comprado, portanto não há nada a cancelar. Mais tarde basta um clique no painel, em qualquer mês."
        ))

    static func cost(_ plans: [Plan]) -> Phrase {
        Phrase(
            "cost",
            LocalizedText(
                en:
                    "\(list(plans, .english)). You pay by the month, can leave any month, and never pay for more than the plan without saying so.",
                pt:
                    "\(list(plans, .portuguese)). Paga ao mês, pode sair em qualquer mês, e nunca paga além do plano sem o dizer."
            ))
    }

    static func yourPlan(_ plan: Plan) -> Phrase {
        Phrase(
            "your-plan",
            LocalizedText(
                en: "You have \(plan.name): \(plan.messages(.english)) for \(plan.price(.english)) a month.",
                pt: "Tem o \(plan.name): \(plan.messages(.portuguese)) por \(plan.price(.portuguese)) por mês."))
    }

    static let noPlanYet = Phrase(
        "no-plan-yet",
        LocalizedText(
            en: "You haven't chosen a plan yet. These are the ones there are.",
            pt: "Ainda não escolheu um plano. São estes os que há."))

    static let progress = Phrase(
        "progress",
        LocalizedText(
            en: "We're getting there; this is what comes next.", pt: "Estamos no bom caminho; é isto que se segue."),
        LocalizedText(en: "One thing after the other.", pt: "Uma coisa de cada vez."))

    static let usageLater = Phrase(
        "usage-later",
        LocalizedText(
            en:
                "How far a month goes depends on what you ask: what your agent reads and writes is counted. Once it runs, the dashboard shows it live.",
            pt:
                "O quanto um mês rende depende do que você pede: conta o que o agente lê e escreve. Quando ele funcionar, o painel mostra tudo ao vivo."
        ))

    static let privacy = Phrase(
        "privacy",
        LocalizedText(
            en: """
                Your agent runs alone, apart from everyone else's. We never store what you say to it or what it answers, only how \
                many tokens it took. Payment data stays with Stripe, and tokens of bots are kept encrypted.
                """,
            pt: """
                O seu agente corre sozinho, separado dos outros. Nunca guardamos o que lhe diz nem o que responde, só quantos tokens \
                gastou. Os dados de pagamento ficam na Stripe, e os tokens dos bots são guardados cifrados.
                """))

    static let who = Phrase(
        "who",
        LocalizedText(
            en: """
                I'm the set-up assistant of openclaw-cloud, a program. We run a personal OpenClaw agent for you: an AI that you \
                talk to on Telegram, with nothing to install.
                """,
            pt: """
                Sou o assistente de instalação da openclaw-cloud, um programa. Mantemos um agente OpenClaw pessoal para si: uma IA \
                com quem fala no Telegram, sem instalar nada.
                """))

    static func support(at address: String?) -> Phrase {
        guard let address else {
            return Phrase(
                "support",
                LocalizedText(
                    en: "I'm a program, and there is no person in this chat. Perhaps I can help right here?",
                    pt: "Sou um programa, e não há uma pessoa nesta conversa. Talvez eu possa ajudar já aqui?"))
        }
        return Phrase(
            "support",
            LocalizedText(
                en: "A person reads what is sent to \(address). Perhaps I can help right here?",
                pt: "Há uma pessoa que lê o que chega a \(address). Talvez eu possa ajudar já aqui?"))
    }
}
