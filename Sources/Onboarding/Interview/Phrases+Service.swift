import Core

/// Payment, and the time after it.
extension Phrase {
    static func summary(name: String, bot: String, plan: Plan) -> Phrase {
        Phrase(
            "summary",
            LocalizedText(
                en: """
                    This is what you get: \(name), on Telegram as @\(bot), with the \(plan.name) plan for \
                    \(plan.price(.english)) a month. It is enough for \(plan.messages(.english)); nothing beyond that is \
                    used or charged unless you allow it.
                    """,
                pt: """
                    É isto que recebe: \(name), no Telegram como @\(bot), com o plano \(plan.name) por \
                    \(plan.price(.portuguese)) por mês. Dá para \(plan.messages(.portuguese)); nada além disso é \
                    usado ou cobrado sem a sua autorização.
                    """))
    }

    static let preparingPayment = Phrase(
        "preparing-payment",
        LocalizedText(
            en: "I'm preparing the payment page, one moment.", pt: "Estou a preparar a página de pagamento, um momento."),
        LocalizedText(en: "A payment page for this is on its way.", pt: "A página de pagamento para isto vem a caminho."))

    static let stillPreparing = Phrase(
        "still-preparing",
        LocalizedText(
            en: "The payment page is still being prepared. It will appear here by itself.",
            pt: "A página de pagamento ainda está a ser preparada. Aparece aqui sozinha."),
        LocalizedText(
            en: "Our payment provider is taking its time; the page comes up here as soon as it's there.",
            pt: "O serviço de pagamento está a demorar; a página aparece aqui assim que estiver pronta."))

    static let paymentReady = Phrase(
        "payment-ready",
        LocalizedText(
            en: "The payment page is ready. Everything else happens by itself once you've paid.",
            pt: "A página de pagamento está pronta. Depois de pagar, o resto acontece sozinho."),
        LocalizedText(en: "Here is the payment page.", pt: "Aqui está a página de pagamento."))

    static func paymentHint(name: String) -> Phrase {
        Phrase(
            "payment-hint",
            LocalizedText(
                en: "All that's left is the payment; then \(name) starts. You can still change the name or the plan.",
                pt: "Só falta o pagamento; depois \(name) começa. Ainda pode mudar o nome ou o plano."),
            LocalizedText(
                en: "\(name) is waiting for the payment, nothing more.",
                pt: "\(name) só está à espera do pagamento, mais nada."))
    }

    static let paymentOptions = Phrase(
        "payment-options",
        LocalizedText(en: "Here's what I can do now.", pt: "Agora posso fazer isto."),
        LocalizedText(en: "Would one of these help?", pt: "Alguma destas ajuda?"))

    static let notYetPaid = Phrase(
        "not-yet-paid",
        LocalizedText(
            en: "I haven't heard of a payment yet. It can take a few seconds; if the page is still open, finish it there.",
            pt:
                "Ainda não recebi notícia do pagamento. Pode levar uns segundos; se a página ainda está aberta, conclua-o lá."
        ),
        LocalizedText(
            en: "No payment has arrived so far. As soon as it does, it goes on by itself.",
            pt: "Ainda não chegou nenhum pagamento. Assim que chegar, tudo continua sozinho."))

    static let paymentUnderWay = Phrase(
        "payment-under-way",
        LocalizedText(
            en: "Your payment is being confirmed, one moment.", pt: "O seu pagamento está a ser confirmado, um momento."),
        LocalizedText(
            en: "The confirmation of your payment is on its way.", pt: "A confirmação do seu pagamento vem a caminho."))

    static func paid(name: String) -> Phrase {
        Phrase(
            "paid",
            LocalizedText(
                en: "Payment received, thank you! I'm setting \(name) up; it takes a few seconds.",
                pt: "Pagamento recebido, obrigado! Estou a preparar \(name); demora uns segundos."))
    }

    static func ready(name: String, bot: String) -> Phrase {
        Phrase(
            "ready",
            LocalizedText(
                en: "\(name) is ready. Say hello to @\(bot) on Telegram!",
                pt: "\(name) está a postos. Diga olá a @\(bot) no Telegram!"))
    }

    static func settingUp(name: String) -> Phrase {
        Phrase(
            "setting-up",
            LocalizedText(
                en: "\(name) is being set up and will be there in a moment.", pt: "\(name) está a ser preparado e chega já."),
            LocalizedText(en: "Almost there: \(name) is starting.", pt: "Quase: \(name) está a arrancar."))
    }

    static func running(name: String) -> Phrase {
        Phrase(
            "running",
            LocalizedText(en: "\(name) is running and listening.", pt: "\(name) está a funcionar e à escuta."),
            LocalizedText(en: "All is well: \(name) is up.", pt: "Tudo bem: \(name) está ativo."))
    }

    static func runningAgain(name: String) -> Phrase {
        Phrase(
            "running-again", LocalizedText(en: "\(name) is running again.", pt: "\(name) está de novo a funcionar."))
    }

    static func failed(name: String, detail: String?) -> Phrase {
        let detail = detail.map { " (\($0))" } ?? ""
        return Phrase(
            "failed",
            LocalizedText(
                en:
                    "\(name) could not be started\(detail). It is being tried again by itself; the dashboard shows how it stands.",
                pt: "Não foi possível iniciar \(name)\(detail). Volta a ser tentado sozinho; o painel mostra o estado."),
            LocalizedText(
                en: "There is still trouble with \(name)\(detail). It keeps being tried.",
                pt: "Ainda há problemas com \(name)\(detail). Continua a ser tentado."))
    }

    static func suspended(name: String) -> Phrase {
        Phrase(
            "suspended",
            LocalizedText(
                en:
                    "\(name) is paused and its memory is kept. On the dashboard, under your plan, you can set it going again.",
                pt:
                    "\(name) está em pausa e a memória está guardada. No painel, no seu plano, pode pô-lo de novo a funcionar."
            ))
    }

    static func ended(name: String) -> Phrase {
        Phrase(
            "ended",
            LocalizedText(
                en:
                    "\(name) and its data are gone, as the subscription has ended. Would you like a new agent? Then tell me what it should help with.",
                pt:
                    "\(name) e os seus dados foram apagados, pois a subscrição terminou. Quer um novo agente? Então diga em que deve ajudar."
            ))
    }

    static func served(name: String, bot: String) -> Phrase {
        Phrase(
            "served",
            LocalizedText(
                en: "\(name) answers on Telegram as @\(bot). Usage, plan and invoices are on your dashboard.",
                pt: "\(name) responde no Telegram como @\(bot). O consumo, o plano e as faturas estão no painel."),
            LocalizedText(
                en:
                    "For that, talk to \(name) itself: @\(bot) on Telegram. I can tell you about status, link, usage and plan.",
                pt:
                    "Para isso, fale com \(name): @\(bot) no Telegram. Eu informo sobre o estado, o link, o consumo e o plano."
            ),
            LocalizedText(
                en: "I look after the set-up, and that's done. @\(bot) is where \(name) listens.",
                pt: "Eu trato da instalação, e está feita. É em @\(bot) que \(name) escuta."))
    }

    static func usageOnDashboard(name: String) -> Phrase {
        Phrase(
            "usage-on-dashboard",
            LocalizedText(
                en:
                    "What \(name) reads and writes is counted. What it has used this month is on your dashboard, live.",
                pt: "Conta o que \(name) lê e escreve. O que já usou este mês está no painel, ao vivo."
            ))
    }
}
