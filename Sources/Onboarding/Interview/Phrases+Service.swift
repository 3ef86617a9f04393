import Core

/// Payment, and the time after it.
extension Phrase {
    /// Whose account the agent will listen to; whoever opened a link that was not theirs is seen here.
    static func payingFor(account: String) -> Phrase {
        Phrase(
            "paying-for",
            LocalizedText(
                en:
                    "It will answer the Telegram account \(account) and nobody else. If that's not you, say “that's not me”.",
                pt: "Vai responder à conta do Telegram \(account) e a mais ninguém. Se não é você, diga “não sou eu”."))
    }

    static let preparingPayment = Phrase(
        "preparing-payment",
        LocalizedText(
            en: "I'm preparing the payment page, one moment.", pt: "Estou preparando a página de pagamento, um momento."),
        LocalizedText(en: "A payment page for this is on its way.", pt: "A página de pagamento está a caminho."))

    static let stillPreparing = Phrase(
        "still-preparing",
        LocalizedText(
            en: "The payment page is still being prepared. It will appear here automatically.",
            pt: "A página de pagamento ainda está sendo preparada. Ela aparece aqui automaticamente."),
        LocalizedText(
            en: "Our payment provider is taking its time; the page comes up here as soon as it's there.",
            pt: "O serviço de pagamento está demorando; a página aparece aqui assim que estiver pronta."))

    static let paymentReady = Phrase(
        "payment-ready",
        LocalizedText(
            en: "The payment page is ready. Everything else happens automatically once you've paid.",
            pt: "A página de pagamento está pronta. Depois do pagamento, o resto é automático."),
        LocalizedText(en: "Here is the payment page.", pt: "Aqui está a página de pagamento."))

    static func paymentHint(name: String) -> Phrase {
        Phrase(
            "payment-hint",
            LocalizedText(
                en: "All that's left is the payment; then \(name) starts. You can still change the name or the plan.",
                pt: "Só falta o pagamento; depois \(name) começa. Você ainda pode mudar o nome ou o plano."),
            LocalizedText(
                en: "\(name) is waiting for the payment, nothing more.",
                pt: "\(name) só espera o pagamento, mais nada."))
    }

    static let paymentOptions = Phrase(
        "payment-options",
        LocalizedText(en: "Here's what I can do now.", pt: "Posso fazer isto agora."),
        LocalizedText(en: "Would one of these help?", pt: "Alguma destas ajuda?"))

    static let notYetPaid = Phrase(
        "not-yet-paid",
        LocalizedText(
            en: "I haven't heard of a payment yet. It can take a few seconds; if the page is still open, finish it there.",
            pt:
                "Ainda não recebi notícia do pagamento. Pode levar uns segundos; se a página ainda está aberta, conclua lá."
        ),
        LocalizedText(
            en: "No payment has arrived so far. As soon as it does, it goes on automatically.",
            pt: "Ainda não chegou nenhum pagamento. Assim que chegar, tudo continua automaticamente."))

    static let paymentUnderWay = Phrase(
        "payment-under-way",
        LocalizedText(
            en: "Your payment is being confirmed, one moment.", pt: "Seu pagamento está sendo confirmado, um momento."),
        LocalizedText(
            en: "The confirmation of your payment is on its way.", pt: "A confirmação do pagamento está a caminho."))

    static func paid(name: String) -> Phrase {
        Phrase(
            "paid",
            LocalizedText(
                en: "Payment received, thank you! I'm setting \(name) up; it takes a few seconds.",
                pt: "Pagamento recebido, agradecemos! Estou preparando \(name); leva uns segundos."))
    }

    static func ready(name: String, bot: String) -> Phrase {
        Phrase(
            "ready",
            LocalizedText(
                en: "\(name) is ready. Say hello to @\(bot) on Telegram!",
                pt: "Tudo pronto: \(name) espera por você. Diga olá a @\(bot) no Telegram!"))
    }

    static func settingUp(name: String) -> Phrase {
        Phrase(
            "setting-up",
            LocalizedText(
                en: "\(name) is being set up and will be there in a moment.",
                pt: "Estamos preparando \(name); é só um instante."),
            LocalizedText(en: "Almost there: \(name) is starting.", pt: "Quase: \(name) está iniciando."))
    }

    static func running(name: String) -> Phrase {
        Phrase(
            "running",
            LocalizedText(en: "\(name) is running and listening.", pt: "\(name) está funcionando e escutando."),
            LocalizedText(en: "All is well: \(name) is up.", pt: "Tudo bem: \(name) está no ar."))
    }

    static func runningAgain(name: String) -> Phrase {
        Phrase(
            "running-again", LocalizedText(en: "\(name) is running again.", pt: "\(name) voltou a funcionar."))
    }

    static func failed(name: String, _ message: OwnerMessage?) -> Phrase {
        func detail(_ language: Language) -> String { message.map { " (\($0.text[language]))" } ?? "" }
        return Phrase(
            "failed",
            LocalizedText(
                en:
                    "\(name) could not be started\(detail(.english)). It is being tried again automatically; the dashboard shows how it stands.",
                pt:
                    "Não foi possível iniciar \(name)\(detail(.portuguese)). Estamos tentando de novo; o painel mostra o estado."
            ),
            LocalizedText(
                en: "There is still trouble with \(name)\(detail(.english)). It keeps being tried.",
                pt: "Ainda há problemas com \(name)\(detail(.portuguese)). Continuamos tentando."))
    }

    static func suspended(name: String) -> Phrase {
        Phrase(
            "suspended",
            LocalizedText(
                en:
                    "\(name) is paused and its memory is kept. You can bring it back on the dashboard, under your plan.",
                pt:
                    "\(name) está em pausa, com a memória guardada. Para voltar, vá ao painel, no seu plano."
            ))
    }

    static func ended(name: String) -> Phrase {
        Phrase(
            "ended",
            LocalizedText(
                en:
                    "\(name) and its data are gone, as the subscription has ended. Would you like a new agent? Then tell me what it should help with.",
                pt:
                    "\(name) e os seus dados foram apagados, pois a subscrição terminou. Quer um novo agente? Então diga em que ele deve ajudar."
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
                    "For that, talk to \(name): @\(bot) on Telegram. I can tell you about status, link, usage and plan.",
                pt:
                    "Para isso, fale com \(name): @\(bot) no Telegram. Eu informo o estado, o link, o consumo e o plano."
            ),
            LocalizedText(
                en: "I look after the set-up, and that's done. @\(bot) is where \(name) listens.",
                pt: "Eu cuido da instalação, e ela está feita. \(name) escuta em @\(bot)."))
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
