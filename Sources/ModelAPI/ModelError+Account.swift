extension ModelError {
    /// Whether it says that the account behind the key is empty or closed, and not that this call was wrong.
    ///
    /// Kimi says so with the type `exceeded_current_quota_error`, OpenAI with the code `insufficient_quota`, Anthropic in the
    /// words of an `invalid_request_error`: "Your credit balance is too low to access the Claude API."
    /// (https://platform.openai.com/docs/guides/error-codes, https://docs.anthropic.com/en/api/errors).
    package var isAboutAccount: Bool {
        if Self.names.contains(where: { (type + " " + (code ?? "")).lowercased().contains($0) }) { return true }
        // What stands in quotes may be the client's own words, and nobody shall close an account for others with those.
        let words = message.prefix(200).prefix { !"\"`“".contains($0) }.lowercased()
        return Self.things.contains { words.contains($0) } && Self.lacks.contains { words.contains($0) }
    }

    /// Parts of types and codes.
    private static let names = ["quota", "billing", "balance", "credit", "payment", "arrear"]
    private static let things = ["credit", "balance", "quota", "billing", "payment", "funds"]
    private static let lacks = [
        "too low", "insufficient", "exceeded", "exhausted", "not enough", "suspended", "depleted", "overdue", "past due",
        "out of", "ran out", "run out", "negative", "not active", "inactive", "required", "requires more", "no remaining",
        "reached", "used up", "spent",
    ]
}
