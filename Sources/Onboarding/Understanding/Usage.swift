import Core

/// How much somebody means to use the agent.
enum Usage: String, Sendable, Hashable, Codable {
    case light, daily, heavy
    /// Asked, and without an idea.
    case unknown

    var tier: Tier {
        switch self {
        case .light: .starter
        case .daily, .unknown: .pro
        case .heavy: .team
        }
    }

    /// - Parameters:
    ///   - isAsked: whether that was the question; then single words are enough.
    ///   - isOffered: whether the plans were shown just now.
    /// - Returns: `nil` without a sign.
    init?(_ utterance: Utterance, isAsked: Bool, isOffered: Bool = false) {
        func has(_ phrases: [String]) -> Bool { phrases.contains { utterance.contains($0) } }
        let isAlone = has(Self.alone)
        // Elsewhere only what speaks of using the agent: a daughter who helps on weekends says nothing of it.
        guard
            isAsked || isOffered || utterance.mentions(Self.using) || has(["need it", "want it", "preciso dele"])
                || PurposeCut.isSideMatter(utterance)
        else {
            return nil
        }
        if Self.isDenied(utterance) {
            self = .light
            return
        }
        if let isMost = Self.isMostDays(utterance) {
            self = isMost ? .daily : .light
        } else if has(Self.lightPhrases) {
            self = .light
        } else if has(Self.heavyPhrases) || !isAlone && has(Self.severalPhrases) {
            self = .heavy
        } else if let count = Self.messagesADay(utterance) {
            self = count <= 60 ? .light : count <= 240 ? .daily : .heavy
        } else if has(Self.dailyPhrases) {
            self = .daily
        } else if isAsked {
            if !isAlone, utterance.mentions(Self.several) {
                self = .heavy
            } else if utterance.mentions(Self.work) {
                self = .daily
            } else if utterance.mentions(Self.lightWords) {
                self = .light
            } else if utterance.mentions(Self.dailyWords) {
                self = .daily
            } else if utterance.mentions(Self.heavyWords) {
                self = .heavy
            } else {
                return nil
            }
        } else {
            return nil
        }
    }

    /// "Not that often", "não muito".
    private static func isDenied(_ utterance: Utterance) -> Bool {
        let words = utterance.words
        return words.indices.contains { index in
            ["not", "dont", "wont", "nao", "isnt", "hardly"].contains(words[index])
                && words[(index + 1)...].prefix(4).contains { dailyWords.contains($0) || heavyWords.contains($0) }
                && !words[(index + 1)...].prefix(4).contains("only")
        }
    }

    private static let using: Set<String> = [
        "use", "using", "used", "uses", "usage", "chat", "chats", "talk", "talking", "message", "messages", "msg", "msgs",
        "write", "ask",
        "usar", "uso", "usaria", "usarei", "vou", "falar", "conversar", "conversas", "mensagens", "perguntar", "precisaria",
        "consult",
    ]

    /// "4 nights a week", "twice a year".
    /// - Returns: whether that is most days; `nil` unless times are counted by the week or a longer span.
    private static func isMostDays(_ utterance: Utterance) -> Bool? {
        func has(_ phrases: [String]) -> Bool { phrases.contains { utterance.contains($0) } }
        guard utterance.mentions(times) else { return nil }
        if has(["a month", "per month", "a year", "per year", "por mes", "por ano", "im monat", "im jahr", "par mois"]) {
            return false
        }
        guard
            has([
                "a week", "per week", "each week", "every week", "por semana", "a la semana", "pro woche", "die woche",
                "par semaine", "a settimana",
            ])
        else { return nil }
        return utterance.words.contains { ["5", "6", "7", "five", "six", "seven", "cinco", "seis", "sete"].contains($0) }
    }

    private static let times: Set<String> = [
        "times", "time", "once", "twice", "days", "nights", "mornings", "evenings", "vezes", "vez", "dias", "noites",
        "veces", "mal", "fois", "volte",
    ]

    /// "Ten messages a day", "5 vezes por dia".
    private static func messagesADay(_ utterance: Utterance) -> Int? {
        guard
            utterance.contains("a day") || utterance.contains("per day") || utterance.contains("por dia")
                || utterance.contains("daily")
        else { return nil }
        return utterance.words.lazy.compactMap {
            Budget.amount($0)
                ?? [
                    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "couple": 2, "duas": 2, "dois": 2, "tres": 3,
                    "cinco": 5,
                ][$0]
        }.first
    }

    private static let lightPhrases = [
        "now and then", "now and again", "from time to time", "once in a while", "every now and then", "once a week",
        "twice a week", "a few times a week", "few times a week", "couple of times",
        "not much", "not a lot", "not very often", "not often", "not that much", "not so much", "hardly ever", "a little",
        "a bit", "very little", "just trying", "try it out", "trying it out", "just testing", "only testing",
        "a few chats", "a few messages", "few messages", "a couple of", "light use", "lightly", "once or twice",
        "just curious", "weekends only", "only on weekends", "on weekends", "a few questions",
        "couple times", "few times a month", "once a month", "as vezes", "de vez em quando", "de quando em quando",
        "uma vez por semana", "duas vezes por semana", "algumas vezes por semana", "nao muito", "muito pouco",
        "so experimentar", "so testar", "so para experimentar", "so pra testar", "poucas vezes", "poucas mensagens",
        "um pouco", "umas conversas", "fim de semana", "fins de semana", "uso leve",
        "de vez en cuando", "a veces", "poco", "de temps en temps", "parfois", "ab und zu", "manchmal", "ogni tanto",
        "umas vezes", "minimal use", "use it little", "use it rarely",
    ]
    private static let dailyPhrases = [
        "every day", "each day", "everyday", "every single day", "every morning", "every evening", "on a daily basis",
        "daily", "every workday", "most days", "several times a day", "few times a day", "couple of times a day",
        "all week", "every weekday", "every working day", "todos os dias", "todo dia", "todo o dia util", "cada dia",
        "diariamente", "toda manha", "todas as manhas", "varias vezes por dia", "quase todo dia", "quase todos os dias",
        "todos los dias", "cada dia", "tous les jours", "chaque jour", "jeden tag", "taglich", "ogni giorno",
        "dia sim dia nao",
    ]
    private static let heavyPhrases = [
        "all day", "whole day", "entire day", "around the clock", "nonstop", "non stop", "24 7", "247", "all the time",
        "constantly", "for everything", "almost everything", "for almost everything", "day and night",
        "hundreds of messages", "o dia todo", "dia inteiro", "o tempo todo", "o dia inteiro", "24h", "sem parar",
        "dia e noite", "para quase tudo", "para tudo", "todo el dia", "toute la journee", "den ganzen tag",
        "tutto il giorno", "from morning till night",
        "morning to night",
    ]
    private static let severalPhrases = [
        "my team and", "whole team", "team of", "for our team", "the team will", "team will use", "my colleagues and me",
        "colleagues and i", "and my colleagues", "people will use", "of us will", "of us use", "several people",
        "many people",
        "us in the office", "my staff", "our staff", "minha equipe", "minha equipa", "a equipe toda", "equipe de",
        "equipa de", "varias pessoas", "pessoas vao usar", "meus colegas e eu", "eu e meus colegas", "todos na empresa",
    ]
    private static let alone = [
        "just me", "only me", "just for me", "only for me", "alone", "by myself", "so eu", "sozinho", "sozinha",
        "so para mim", "so pra mim", "not the team",
    ]
    private static let several: Set<String> = [
        "team", "teams", "colleagues", "coworkers", "employees", "staff", "people", "everyone", "everybody", "family",
        "group", "several", "equipa", "equipe", "colegas", "funcionarios", "pessoas", "familia", "grupo", "varias", "varios",
    ]
    private static let work: Set<String> = [
        "work", "job", "office", "business", "company", "professional", "professionally", "freelance", "clients", "trabalho",
        "emprego", "escritorio", "negocio", "empresa", "profissional", "clientes", "trabajo", "travail", "arbeit", "lavoro",
    ]
    private static let lightWords: Set<String> = [
        "try", "trying", "test", "testing", "curious", "hobby", "fun", "few", "occasionally", "occasional", "sometimes",
        "rarely", "little", "weekend", "weekends", "seldom", "barely", "light", "minimal",
        "experimentar", "testar", "curiosidade", "curioso", "curiosa", "passatempo", "poucas", "poucos", "pouco",
        "raramente", "pouquinho", "leve", "weekly", "semana",
    ]
    private static let dailyWords: Set<String> = [
        "daily", "often", "regularly", "regular", "frequently", "day", "days", "morning", "mornings", "diario",
        "diariamente", "frequentemente", "frequente", "dia", "dias", "medium", "moderate", "moderately", "quite", "normal",
        "average", "medio", "normalmente",
    ]
    private static let heavyWords: Set<String> = [
        "lot", "lots", "much", "heavily", "heavy", "tons", "always", "everything", "muito", "muitissimo", "bastante",
        "sempre", "tudo", "muchisimo", "intensively", "constant",
    ]
}

/// The plan that is recommended, and why.
struct Recommendation: Sendable, Hashable {
    let tier: Tier
    let usage: Usage
    /// Whether the budget decided against what the use alone would have asked for.
    let isBoundByBudget: Bool
    /// Whether even the cheapest plan costs more than the budget.
    let isBeyondBudget: Bool

    /// A budget binds: what costs more is never recommended, unless there is nothing cheaper.
    init(_ usage: Usage, budget: Budget?, plans: PlanTable) {
        self.usage = usage
        let wished = plans[usage.tier]
        guard let budget else {
            (tier, isBoundByBudget, isBeyondBudget) = (wished.tier, false, false)
            return
        }
        let affordable = budget.isComparable ? plans.all.filter(budget.allows) : Array(plans.all.prefix(1))
        if affordable.contains(where: { $0.tier == wished.tier }) {
            (tier, isBoundByBudget, isBeyondBudget) = (wished.tier, false, false)
        } else {
            tier = (affordable.last ?? plans.all[0]).tier
            isBoundByBudget = true
            isBeyondBudget = affordable.isEmpty
        }
    }
}
