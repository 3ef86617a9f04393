/// What people ask about the product. The sheet of answers is ``ProductFacts``.
package enum FactTopic: String, Sendable, Hashable, Codable, CaseIterable {
    case price, comparison, limit, whenUsedUp = "when_used_up"
    case trial, refund, cancel, changePlan = "change_plan", annual, discount, payment, currency, vat, invoice
    case privacy, training, dataPlace = "data_place", retention, security, deletion
    case abilities, email, calendar, webSearch = "web_search", voice, pictures, reminders, memory, documents,
        otherLanguages = "languages"
    case telegram, whatsapp, groups, team, ownBot = "own_bot", account
    case setUp = "set_up", skills, model, openclaw, whoAreYou = "who_are_you", person, uptime, rename, dashboard, nextSteps =
        "next_steps"
}

/// The one sheet of facts: the site's questions and answers, the script and the model answer from it and from nothing else.
package struct ProductFacts: Sendable {
    let plans: PlanTable
    /// Where a person reads mail; `nil` if there is no such place.
    let contact: String?

    package init(plans: PlanTable, contact: String?) {
        self.plans = plans
        self.contact = contact
    }

    /// An answer in at most three sentences.
    package func answer(_ topic: FactTopic) -> LocalizedText {
        money(topic) ?? data(topic) ?? ability(topic) ?? service(topic)
    }

    /// For what isn't on the sheet: says so, and where to ask.
    package var unknown: LocalizedText {
        guard let contact else {
            return LocalizedText(
                en: "I don't know that one, and I'd rather not guess. It isn't in what I was told about the product.",
                pt: "Isso eu não sei, e prefiro não adivinhar. Não está no que me contaram sobre o produto.")
        }
        return LocalizedText(
            en: "I don't know that one, and I'd rather not guess. A person answers at \(contact).",
            pt: "Isso eu não sei, e prefiro não adivinhar. Uma pessoa responde em \(contact).")
    }

    /// `Starter $19 (about 60 messages a day), Pro …`
    package var priceList: LocalizedText {
        LocalizedText(
            en: plans.all.map { "\($0.name) $\($0.monthlyPrice / 100) (about \($0.dailyMessages) messages a day)" }.joined(
                separator: ", "),
            pt: plans.all.map { "\($0.name) US$ \($0.monthlyPrice / 100) (cerca de \($0.dailyMessages) mensagens por dia)" }
                .joined(separator: ", "))
    }
}
