import Core

extension FactTopic {
    /// What a question is about; `nil` if it isn't on the sheet of facts.
    ///
    /// The topic with the longest words wins, so "free trial" comes before "free".
    /// - Parameter isNoun: whether the topic's name alone must do: "refund", "privacy".
    init?(askedIn utterance: Utterance) {
        let phrase = " \(utterance.phrase) "
        var best: (topic: FactTopic, length: Int)?
        for (topic, phrases) in Self.words {
            for sought in phrases where phrase.contains(" \(sought)") && sought.count > best?.length ?? 0 {
                // A word that ends with a blank must stand alone; others may go on: "refund", "refunds".
                best = (topic, sought.count)
            }
        }
        guard let best else { return nil }
        self = best.topic
    }

    /// The topic of a message that is nothing but its name: "a refund?", "free trial".
    init?(named utterance: Utterance) {
        let words = Trimming.core(utterance.words.filter { !$0.isEmpty })
        let core = words.filter { !Vocabulary.grammar.contains($0) }
        guard (1...3).contains(core.count), core.allSatisfy(Self.nouns.contains) else { return nil }
        self.init(askedIn: Utterance(core.joined(separator: " ")))
    }

    private static let nouns: Set<String> = [
        "trial", "demo", "free", "refund", "refunds", "price", "prices", "pricing", "cost", "costs", "discount", "discounts",
        "coupon", "privacy", "gdpr", "whatsapp", "human", "person", "real", "paypal", "vat", "money", "back", "cancel",
        "cancellation", "monthly", "plans", "policy",
        "preco", "precos", "teste", "gratis", "reembolso", "desconto", "privacidade", "lgpd", "humano", "pessoa",
        "atendente", "cancelamento", "cancelar", "pix", "planos", "month", "per",
    ]

    private static let words = moneyAndData + abilitiesAndService
}
