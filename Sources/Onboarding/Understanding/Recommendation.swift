import Core

/// Which plan fits the way somebody wants to use the agent.
struct Recommendation: Sendable, Hashable {
    enum Reason: Sendable, Hashable {
        case several, daily, trying
        /// Nothing was said that points to a plan.
        case noSignal
    }

    let tier: Tier
    let reason: Reason

    init(_ utterance: Utterance) {
        let phrase = " \(utterance.phrase) "
        let isAlone = Self.alone.contains { phrase.contains(" \($0) ") }
        if Self.allDay.contains(where: { phrase.contains(" \($0) ") }) || !isAlone && utterance.mentions(Self.several) {
            self.init(.team, .several)
        } else if utterance.mentions(Self.work) {
            self.init(.pro, .daily)
        } else if Self.tryingPhrases.contains(where: { phrase.contains(" \($0) ") }) || utterance.mentions(Self.trying) {
            self.init(.starter, .trying)
        } else if Self.everyDay.contains(where: { phrase.contains(" \($0) ") }) || utterance.mentions(Self.daily) {
            self.init(.pro, .daily)
        } else {
            self.init(.pro, .noSignal)
        }
    }

    private init(_ tier: Tier, _ reason: Reason) {
        self.tier = tier
        self.reason = reason
    }

    private static let several: Set<String> = [
        "team", "teams", "colleagues", "coworkers", "employees", "staff", "people", "everyone", "everybody", "family", "we",
        "us",
        "our", "group", "several", "equipa", "equipe", "colegas", "funcionarios", "pessoas", "familia", "grupo", "nos",
        "nossa",
        "nosso", "varias", "varios",
    ]
    private static let allDay = [
        "all day", "whole day", "around the clock", "o dia todo", "dia inteiro", "todo o dia", "24h", "24 7",
    ]
    private static let alone = [
        "just me", "only me", "just for me", "alone", "by myself", "so eu", "sozinho", "sozinha", "so para mim",
    ]
    private static let work: Set<String> = [
        "work", "job", "office", "business", "company", "professional", "professionally", "freelance", "clients", "trabalho",
        "emprego", "escritorio", "negocio", "empresa", "profissional", "clientes",
    ]
    private static let daily: Set<String> = [
        "daily", "everyday", "lot", "lots", "often", "much", "regularly", "heavily", "constantly", "diario", "diariamente",
        "muito", "bastante", "frequentemente",
    ]
    private static let everyDay = ["every day", "each day", "todos os dias", "todo dia", "cada dia"]
    private static let trying: Set<String> = [
        "try", "trying", "test", "testing", "curious", "hobby", "fun", "few", "occasionally", "sometimes", "rarely",
        "little",
        "weekend", "weekends", "experimentar", "testar", "curiosidade", "curioso", "curiosa", "passatempo", "poucas",
        "poucos",
        "pouco", "raramente",
    ]
    private static let tryingPhrases = [
        "now and then", "as vezes", "de vez em quando", "once a week", "not much", "nao muito",
    ]
}
