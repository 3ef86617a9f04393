import Core

extension FactTopic {
    /// How people ask about money and data. A phrase may be the beginning of a word, unless it ends with a blank.
    static let moneyAndData: [(FactTopic, [String])] = [
        (
            .price,
            [
                "how much", "price", "pricing", "cost", "fee", "is it free", "is this free", "expensive", "charge",
                "what do i pay", "to pay", "quanto custa", "quanto e ", "quanto fica", "quanto sai", "quanto vou pagar",
                "quanto pago", "quanto vai custar", "preco", "custo", "custa ", "valor", "gratis", "gratuito", "de graca",
                "mensalidade", "cobra", "cuanto cuesta", "cuesta", "precio", "combien", "prix", "kostet", "preis",
                "quanto costa", "prezzo",
            ]
        ),
        (
            .comparison,
            [
                "difference", "differ", "compare", "which plan", "cheaper", "less expensive", "mais barato", "mais em conta",
                "what plan", "which one is", "plans do you", "plans are",
                "what are the plans", "your plans", "show me the plans", "diferenca", "comparar", "qual plano",
                "quais planos", "que planos", "quais os planos", "quais sao os planos", "planos tem", "what do i get with",
                "what does pro", "what does team", "what does starter", "what is pro", "what is team", "what is starter",
                "what comes with", "included in", "incluido",
            ]
        ),
        (
            .limit,
            [
                "how much a month lasts", "how long does a month", "how many messages", "counts as", "count as",
                "is a message", "conta como", "how many chats", "how many tokens", "message limit", "messages limit",
                "limit", "last me", "how long will it last", "lasts", "unlimited", "what is a token", "what are tokens",
                "whats a token", "token", "quantas mensagens", "quantos tokens", "limite", "ilimitad", "o que e um token",
                "o que sao tokens", "quanto dura", "quanto rende", "rende", "quota", "how far does",
            ]
        ),
        (
            .whenUsedUp,
            [
                "used up", "run out", "runs out", "use it all", "use them all", "exceed", "go over", "over the limit",
                "hit the limit", "reach the limit", "acabar", "acaba o mes", "passar do limite", "passo do limite",
                "estourar", "ultrapass", "extra cost", "hidden cost", "hidden fee", "surprise", "custos escondidos",
            ]
        ),
        (
            .trial,
            [
                "free trial", "trial", "try it for free", "try for free", "try it first", "test it first",
                "test it for free", "try before", "demo", "free version", "free plan", "for free", "teste gratis",
                "teste gratuito", "periodo de teste", "experimentar antes", "experimentar gratis", "testar antes",
                "testar gratis", "testar de graca", "versao gratuita", "plano gratis", "plano gratuito", "prueba gratis",
                "prueba gratuita", "essai gratuit", "kostenlos test", "probezeit", "prova gratuita",
            ]
        ),
        (
            .refund,
            [
                "refund", "money back", "moneyback", "get my money", "guarantee", "dont like it", "hate it", "not happy",
                "not satisfied", "reembolso", "dinheiro de volta", "garantia", "devolv", "se eu nao gostar", "nao gostar",
                "reembols", "remboursement",
            ]
        ),
        (
            .cancel,
            [
                "cancel", "unsubscribe", "stop paying", "end my subscription", "quit anytime", "leave any time",
                "leave anytime", "commitment", "contract", "minimum term", "tied in", "locked in", "lock in", "cancelar",
                "cancelamento", "cancelo", "fidelidade", "contrato", "resilier", "kundig", "disdire",
            ]
        ),
        (
            .changePlan,
            [
                "change plan later", "change my plan later", "change the plan later", "change plans", "change plan",
                "change the plan", "switch plan", "switch later", "upgrade later", "upgrade", "downgrade", "mudar de plano",
                "trocar de plano", "mudar o plano", "mudar depois",
            ]
        ),
        (.annual, ["annual", "yearly", "per year", "a year", "pay for a year", "anual", "por ano"]),
        (
            .discount,
            [
                "discount", "coupon", "promo", "voucher", "student", "non profit", "nonprofit", "ngo", "cheaper for",
                "desconto", "cupom", "cupao", "promocao", "estudante", "descuento", "rabatt",
            ]
        ),
        (
            .payment,
            [
                "paypal", "credit card", "my card", "card stored", "card number", "card details", "debit card", "apple pay",
                "google pay", "pay with", "pay by", "payment method",
                "how do i pay", "how can i pay", "bitcoin", "crypto", "bank transfer", "wire", "sepa", "ideal ", "stripe",
                "pix", "boleto", "mbway", "mb way", "multibanco", "cartao", "como pago", "como posso pagar", "como se paga",
                "forma de pagamento", "formas de pagamento", "transferencia", "when do i pay", "when will i be charged",
                "when am i charged",
            ]
        ),
        (
            .currency,
            [
                "in euro", "euros", "in pounds", "currency", "in reais", "em reais", "em euros", "moeda", "what currency",
                "dollars or",
            ]
        ),
        (
            .vat,
            [
                "vat", "vat number", "with vat", "vat invoice", "sales tax", "tax ", "taxes", "gst", "iva", "imposto",
                "nif ", "cnpj", "reverse charge", "plus tax",
                "tva", "mwst", "mehrwertsteuer",
            ]
        ),
        (
            .invoice,
            ["invoice", "receipt", "billing statement", "fatura", "recibo", "nota fiscal", "factura", "rechnung", "facture"]
        ),
        (
            .privacy,
            [
                "privacy", "private", "who can read", "who reads", "who sees", "can you read", "do you read", "my data",
                "personal data", "read my messages", "see my messages", "my conversations", "confidential", "store my",
                "do you store", "what do you store", "spy", "listen in", "data protection", "privacidade", "privado",
                "quem le", "quem pode ler", "quem ve", "meus dados", "le as minhas", "leem as minhas", "confidencial",
                "o que guardam", "guardam o que", "datos", "donnees", "datenschutz", "gdpr", "lgpd", "rgpd", "dsgvo",
            ]
        ),
        (
            .training,
            [
                "train", "training", "used to train", "learn from my", "treinar", "treino", "treinamento", "treinam",
                "entrena",
            ]
        ),
        (
            .dataPlace,
            [
                "where is my data", "where is the data", "where is data", "where are my data", "where are the servers",
                "where are your servers", "where are you based", "where are you located", "servers", "server located",
                "data stored", "data kept", "stored where", "hosted", "hosting", "in europe", "in the eu", "eu servers",
                "which country", "what country", "where do you store", "where is it stored", "where is it hosted",
                "onde ficam os dados", "onde ficam os meus dados", "onde ficam meus dados", "onde ficam os servidores",
                "onde estao os", "onde sao guardados", "onde fica", "onde guardam", "servidores", "em que pais", "qual pais",
                "hospedad", "donde estan", "donde se guardan", "ou sont",
            ]
        ),
        (
            .retention,
            [
                "how long do you keep", "how long is my data", "how long are", "keep my data", "quanto tempo guardam",
                "por quanto tempo guard", "quanto tempo ficam",
            ]
        ),
        (
            .security,
            [
                "is it safe", "is this safe", "safe ", "secure", "security", "scam", "legit", "trust", "hacked", "hack ",
                "fraud", "seguro", "segura", "seguranca", "golpe", "confiavel", "confiar", "fraude", "estafa", "encrypted",
                "encryption", "criptograf",
            ]
        ),
        (
            .deletion,
            [
                "delete my", "erase my", "remove my data", "delete the data", "delete all", "right to be forgotten",
                "apagar os meus", "apagar meus", "apagar os dados", "excluir meus", "eliminar os meus", "remover meus dados",
            ]
        ),
    ]
}
