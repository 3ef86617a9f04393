/// The words of the hosted pages, English and Portuguese side by side.
enum StripePageTexts {
    /// - Parameter locale: as Checkout takes it: `en`, `pt`, `pt-BR`, …
    static func words(_ locale: String?) -> [String: String] {
        let isPortuguese = locale?.hasPrefix("pt") == true
        return all.mapValues { isPortuguese ? $0.pt : $0.en }
            .merging(["language": isPortuguese ? "pt" : "en"]) { word, _ in word }
    }

    private static let all: [String: (en: String, pt: String)] = [
        "sandbox": ("Sandbox: no real money moves here", "Sandbox: aqui não circula dinheiro verdadeiro"),
        "subscribe": ("Subscribe to", "Subscrever"),
        "perMonth": ("per month", "por mês"),
        "perPeriod": ("per billing period", "por período"),
        "daysFree": ("days free, then", "dias grátis, depois"),
        "dueToday": ("Due today", "A pagar hoje"),
        "discount": ("Promotion code", "Código promocional"),
        "applyCode": ("Apply", "Aplicar"),
        "codes": (
            "Codes: WELCOME20 takes 20 % off once, FRIEND100 everything for good.",
            "Códigos: WELCOME20 desconta 20 % uma vez, FRIEND100 tudo e sempre."
        ),
        "codeWrong": ("This code is invalid.", "Este código não é válido."),
        "tax": ("Tax (20 %, as this sandbox has it)", "Imposto (20 %, neste sandbox)"),
        "business": ("Business name (if you buy as one)", "Nome da empresa (se for o caso)"),
        "taxID": ("Tax id", "Número fiscal"),
        "startTrial": ("Start the trial", "Iniciar o teste"),
        "payTitle": ("Payment", "Pagamento"),
        "email": ("E-mail", "E-mail"),
        "card": ("Card number", "Número do cartão"),
        "expiry": ("Expiry (MM / YY)", "Validade (MM / AA)"),
        "cvc": ("Security code", "Código de segurança"),
        "name": ("Name on card", "Nome no cartão"),
        "pay": ("Subscribe", "Subscrever"),
        "back": ("Go back without paying", "Voltar sem pagar"),
        "hint": (
            "The test card is filled in. 4000 0000 0000 0002 is declined; 4000 0000 0000 0341 pays now and fails at the renewal.",
            "O cartão de teste já está preenchido. 4000 0000 0000 0002 é recusado; 4000 0000 0000 0341 paga agora e falha na renovação."
        ),
        "emailWrong": ("Enter a complete e-mail address.", "Indique um endereço de e-mail completo."),
        "nameWrong": ("Enter the name on the card.", "Indique o nome no cartão."),
        "numberWrong": (
            "This is not a test card. The sandbox takes 4242 4242 4242 4242.",
            "Este não é um cartão de teste. O sandbox aceita 4242 4242 4242 4242."
        ),
        "expiryWrong": (
            "The card has expired, or the date isn't MM / YY.", "O cartão expirou, ou a data não está no formato MM / AA."
        ),
        "cvcWrong": ("The security code has three or four digits.", "O código de segurança tem três ou quatro dígitos."),
        "generic_decline": (
            "Your card was declined. Nothing was charged. Try another card.",
            "O cartão foi recusado. Nada foi cobrado. Experimente outro cartão."
        ),
        "insufficient_funds": (
            "Your card has insufficient funds. Nothing was charged. Try another card.",
            "O cartão não tem saldo suficiente. Nada foi cobrado. Experimente outro cartão."
        ),
        "expired_card": (
            "Your card has expired. Nothing was charged. Try another card.",
            "O cartão expirou. Nada foi cobrado. Experimente outro cartão."
        ),
        "bankRefused": (
            "Your bank didn't confirm the payment. Nothing was charged. Try again, or another card.",
            "O seu banco não confirmou o pagamento. Nada foi cobrado. Tente de novo, ou com outro cartão."
        ),
        "bankAsks": ("Your bank asks: do you pay this?", "O seu banco pergunta: confirma este pagamento?"),
        "bankYes": ("Confirm the payment", "Confirmar o pagamento"),
        "bankNo": ("Refuse it", "Recusar"),
        "planChange": ("Change the plan", "Mudar de plano"),
        "planNext": ("Changes at the end of the period", "Muda no fim do período"),
        "planKeep": ("Keep the present plan", "Manter o plano atual"),
        "newCard": ("Use another card", "Usar outro cartão"),
        "invoiceTitle": ("Invoice", "Fatura"),
        "payInvoice": ("Pay", "Pagar"),
        "void": ("Void", "Anulada"),
        "uncollectible": ("Uncollectible", "Incobrável"),
        "draft": ("Draft", "Rascunho"),
        "expiredTitle": ("This payment page has expired", "Esta página de pagamento expirou"),
        "expiredText": (
            "Nothing was charged. Go back to the chat to get a new one.",
            "Nada foi cobrado. Volte à conversa para obter uma nova."
        ),
        "unknownTitle": ("There is no such page", "Esta página não existe"),
        "unknownText": ("Check the link, or ask for a new one.", "Verifique a ligação, ou peça uma nova."),
        "goBack": ("Go back", "Voltar"),
        "portalTitle": ("Your subscription", "A sua subscrição"),
        "renews": ("Renews on", "Renova-se a"),
        "ends": ("Ends on", "Termina a"),
        "ended": ("Ended", "Terminada"),
        "pastDue": ("The last payment failed.", "O último pagamento falhou."),
        "cancel": ("Cancel at the end of the period", "Cancelar no fim do período"),
        "resume": ("Keep the subscription", "Manter a subscrição"),
        "invoices": ("Invoices", "Faturas"),
        "paid": ("Paid", "Paga"),
        "open": ("Open", "Em aberto"),
        "none": ("There is no subscription.", "Não há nenhuma subscrição."),
    ]
}
