import Core

/// The most that somebody wants to spend in a month.
struct Budget: Sendable, Hashable, Codable {
    /// In whole units of the currency, within ``amounts``.
    let amount: Int
    /// "Under 20" leaves 20 itself out.
    let isStrict: Bool
    /// Whether it is in US dollars, as the prices are; euros count as dollars, other currencies can't be compared.
    let isComparable: Bool

    /// What can be meant.
    static let amounts = 1..<1_000_000

    func allows(_ plan: Plan) -> Bool {
        isStrict ? plan.monthlyPrice < amount * 100 : plan.monthlyPrice <= amount * 100
    }

    init(amount: Int, isStrict: Bool, isComparable: Bool = true) {
        self.amount = amount
        self.isStrict = isStrict
        self.isComparable = isComparable
    }

    /// - Returns: `nil` if no bound for money is said.
    init?(_ utterance: Utterance) {
        let words = utterance.words
        var found: Budget?
        for (index, word) in words.enumerated() {
            guard let amount = Self.amount(word), Self.amounts.contains(amount) else { continue }
            let before = words[max(0, index - 6)..<index].filter { !$0.isEmpty }
            let after = words[(index + 1)...].prefix(6).filter { !$0.isEmpty }
            let raw = utterance.rawWords[index]
            let isMoney =
                raw.contains { "$€£".contains($0) } || before.last.map(Self.currencies.contains) ?? false
                || Self.currency(ofWord: word) || after.first.map(Self.currencies.contains) ?? false
            let talksOfMoney = utterance.mentions(Self.moneyWords)
            let bound = Self.bound(before, after)
            let thing = after.first { !["a", "per", "por", "ao", "each", "or", "ou", "max", "tops"].contains($0) }
            // "Under 20 minutes" and "up to 10 people" are no budgets.
            guard
                isMoney || talksOfMoney && !(thing.map(Self.things.contains) ?? false)
                    || bound != nil && (thing == nil || Self.periods.contains(thing ?? ""))
            else { continue }
            let has = isMoney && ["have", "got", "tenho"].contains { before.suffix(3).contains($0) }
            guard let bound = bound ?? (talksOfMoney || has ? .upTo : nil) else { continue }
            let isYearly =
                utterance.mentions(["year", "yearly", "annually", "ano", "anual"])
                && !utterance.mentions(["month", "mes", "monthly"])
            let real =
                raw.hasPrefix("R$")
                || after.first.map(["reais", "real", "brl", "pesos", "rupees", "yen", "inr"].contains) ?? false
                || before.last == "r"
            found = Budget(amount: isYearly ? amount / 12 : amount, isStrict: bound == .under, isComparable: !real)
        }
        guard let found else { return nil }
        self = found
    }

    private enum Bound { case under, upTo }

    private static func bound(_ before: [String], _ after: [String]) -> Bound? {
        let left = " " + before.joined(separator: " ") + " "
        let right = " " + after.joined(separator: " ") + " "
        if ["under", "less than", "below", "cheaper than", "menos de", "menos que", "abaixo de", "menor que"].contains(
            where: { left.contains(" \($0) ") })
        {
            return .under
        }
        let cues = [
            "at most", "no more than", "not more than", "max", "maximum", "maximum of", "up to", "only have", "only spend",
            "can spend", "can pay", "can afford", "could spend",
            "more than", "over", "above", "limit", "budget", "limit of", "budget of", "budget is", "within", "spend",
            "afford", "exceed", "beyond", "around", "ate", "no maximo", "maximo", "so posso",
            "posso gastar", "posso pagar", "mais de", "mais que", "mais do que", "orcamento", "orcamento de", "orcamento e",
            "passar de", "limite", "hasta", "presupuesto", "acima de",
        ]
        // "More than 50" alone is no bound: it needs a refusal before it.
        let needRefusal: Set = [
            "more than", "over", "above", "exceed", "beyond", "mais de", "mais que", "mais do que", "passar de", "acima de",
        ]
        let refuses = ["not", "dont", "cant", "cannot", "no", "wont", "nothing", "never", "nao", "nada", "without"].contains
        { left.contains(" \($0) ") }
        for cue in cues where left.contains(" \(cue) ") {
            if needRefusal.contains(cue), !refuses { continue }
            return .upTo
        }
        let closings = [
            "tops", "max", "maximum", "or less", "or under", "at most", "at the most", "no maximo", "ou menos", "maximo",
            "is my limit", "is what i can", "is all i can", "is as much as", "e o que posso", "is all i have",
            "is the limit", "is my max", "is my budget",
        ]
        return closings.contains { right.contains(" \($0) ") } ? .upTo : nil
    }

    /// The number in `49`, `$49`, `49usd`, `49month` or `twenty`.
    static func amount(_ word: String) -> Int? {
        if let number = numbers[word] { return number }
        let digits = word.drop { !$0.isNumber }.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, word.prefix(while: { !$0.isNumber }).count <= 3 else { return nil }
        return Int(digits)
    }

    private static func currency(ofWord word: String) -> Bool {
        let letters = word.filter(\.isLetter)
        return currencies.contains(letters) && word.contains(where: \.isNumber)
    }

    private static let numbers: [String: Int] = [
        "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
        "eighty": 80, "ninety": 90, "hundred": 100,
        "dez": 10, "quinze": 15, "vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50, "sessenta": 60, "cem": 100,
        "veinte": 20, "treinta": 30, "cincuenta": 50,
    ]
    private static let currencies: Set<String> = [
        "dollar", "dollars", "usd", "bucks", "buck", "euro", "euros", "eur", "pounds", "quid", "gbp", "dolar", "dolares",
        "reais", "real", "brl", "us", "pesos", "k",
    ]
    private static let moneyWords: Set<String> = [
        "budget", "spend", "spending", "afford", "pay", "paying", "cost", "costs", "price", "orcamento", "gastar", "pagar",
        "custar", "dinheiro", "money", "presupuesto", "cheaper",
    ]
    private static let periods: Set<String> = [
        "month", "monthly", "mo", "mes", "mensal", "mensais", "year", "yearly", "ano", "please", "thanks", "total", "all",
    ]
    private static let things: Set<String> = [
        "minutes", "minute", "hours", "hour", "people", "persons", "messages", "message", "emails", "chats", "times",
        "employees", "colleagues", "clients", "customers", "days", "weeks",
        "years", "months", "words", "questions", "invoices", "orders", "pages", "percent", "minutos", "horas", "pessoas",
        "mensagens", "vezes", "clientes", "funcionarios", "dias", "semanas",
        "anos", "palavras", "perguntas", "kids", "students", "recipes", "articles", "posts",
    ]
}
