extension Utterance {
    /// Whether it says that Telegram creates no (more) bot for whoever says it, in their words or in those of Telegram's apps.
    var isRefusedABot: Bool {
        if mentions(["botcreatelimitexceeded"]) || Self.refusals.contains(where: contains) { return true }
        // "I haven't created it yet" is no refusal.
        return mentions(Self.negations) && mentions(Self.creating) && mentions(["bot", "bots"])
            && !mentions(["yet", "ainda"])
    }

    private static let refusals = [
        "too many bots", "limit of bots", "bot limit", "bots limit", "limit for bots", "maximum number of bots",
        "maximum of bots", "no more bots", "any more bots", "already have 20 bots", "20 bots", "twenty bots",
        "muitos bots", "bots demais", "limite de bots", "maximo de bots", "mais bots", "mais nenhum bot", "vinte bots",
    ]
    private static let negations: Set<String> = [
        "cant", "cannot", "couldnt", "wont", "doesnt", "didnt", "not", "refuses", "refused", "fails", "failed", "nao",
        "recusa", "recusou", "falhou",
    ]
    private static let creating: Set<String> = [
        "create", "creating", "created", "make", "criar", "cria", "criou", "criado",
    ]
}
