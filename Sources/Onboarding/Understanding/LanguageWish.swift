import Core

/// A wish for a language, said in so many words.
enum LanguageWish: Sendable, Hashable {
    /// For this conversation.
    case conversation(SpokenLanguage)
    /// For this conversation, in a language that we don't know enough of to name it.
    case other(String)
    /// For what the agent writes.
    case agent(SpokenLanguage)

    init?(_ segment: Segment) {
        let words = segment.words.filter { !$0.isEmpty }
        guard let index = words.lastIndex(where: { Self.names[$0] != nil || Self.others.contains($0) }) else { return nil }
        let before = Array(words[..<index])
        let phrase = " " + before.joined(separator: " ") + " "
        // "Teach me Spanish" is a task.
        if Self.tasks.contains(where: { phrase.contains(" \($0) ") }) { return nil }
        let isAgents = Self.agents.contains { phrase.contains(" \($0) ") }
        let core = Trimming.core(words).filter {
            !["in", "em", "en", "auf", "the", "language", "lingua", "idioma", "o", "to"].contains($0)
        }
        let isBare = core.count == 1
        let isShort = words.count <= 5
        guard
            isBare || isShort && Self.places.contains(before.last ?? "")
                || Self.verbs.contains(where: { phrase.contains(" \($0) ") })
        else { return nil }
        guard let language = Self.names[words[index]] else {
            if isAgents { return nil }
            self = .other(String(segment.utterance.rawWords.last { Folding.fold($0) == words[index] } ?? ""))
            return
        }
        self = isAgents ? .agent(language) : .conversation(language)
    }

    private static let names: [String: SpokenLanguage] = [
        "english": .english, "ingles": .english, "inglese": .english, "anglais": .english, "englisch": .english,
        "portuguese": .portuguese, "portugues": .portuguese, "brazilian": .portuguese, "portugiesisch": .portuguese,
        "portugais": .portuguese,
        "spanish": .spanish, "espanol": .spanish, "espanhol": .spanish, "castellano": .spanish,
        "french": .french, "frances": .french, "francais": .french, "franzosisch": .french,
        "german": .german, "alemao": .german, "aleman": .german, "deutsch": .german, "allemand": .german,
        "italian": .italian, "italiano": .italian, "italienisch": .italian,
    ]
    private static let others: Set<String> = [
        "japanese", "chinese", "mandarin", "russian", "arabic", "dutch", "polish", "turkish", "ukrainian", "hindi", "korean",
        "swedish", "greek", "hebrew", "czech",
    ]
    private static let verbs = [
        "speak", "talk", "continue", "switch", "switch to", "change to", "write", "chat", "go on", "answer", "reply",
        "prefer", "rather", "what about", "how about", "language is", "language to", "do you know", "have it in",
        "fala", "falas", "falar", "fale", "falamos", "conversar", "mudar", "muda", "mude", "responder", "responda",
        "responde", "prefiro", "escreve", "escreva", "habla", "hablar", "hablas", "sprechen", "sprichst", "parler", "parlez",
        "parli", "parlare",
    ]
    private static let places: Set<String> = ["in", "em", "en", "auf", "use"]
    private static let tasks = [
        "learn", "learning", "teach", "practice", "practise", "study", "studying", "translate", "translating", "translation",
        "course", "lessons", "teacher", "tutor", "homework", "exam", "improve", "bad", "poor", "aprender", "ensinar",
        "praticar", "estudar", "traduzir", "aulas", "aula", "professor", "professora",
        "translations", "speakers", "texts", "books", "email", "emails", "customers", "clients", "clientes", "guests",
    ]
    private static let agents = [
        "it", "agent", "bot", "assistant", "he", "she", "nova", "agente", "ele", "ela", "robo", "assistente",
    ]
}
