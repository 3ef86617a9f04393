import Core

/// What the agent is for, as it is taken from what was said.
enum Purpose {
    /// In characters.
    static let longest = 2000

    /// - Returns: the text to be kept; `nil` if nothing in it says what an agent should do.
    static func validated(_ text: String) -> String? {
        let text = text.trimmingBlanks
        guard hasContent(Utterance(text)), !Manners(text).isHostile else { return nil }
        return String(text.prefix(longest))
    }

    /// Whether there is more than grammar, greetings and "an agent".
    static func hasContent(_ utterance: Utterance) -> Bool {
        let words = utterance.words.filter { !$0.isEmpty && !Vocabulary.grammar.contains($0) && !plain.contains($0) }
        guard let first = words.first else { return false }
        return words.count > 1 || !looksLikeNoise(first)
    }

    /// "Everything" and "a bit of all" say enough for a start.
    static func isGeneral(_ utterance: Utterance) -> Bool {
        utterance.words.count <= 9 && general.contains { utterance.contains($0) }
    }

    /// Somebody who only looks around, or would rather not say.
    static func isReserved(_ utterance: Utterance) -> Bool {
        utterance.words.count <= 14 && reserved.contains { utterance.contains($0) }
    }

    /// Accounts of the visitor's that a purpose speaks of and that agents can't open.
    static func beyondReach(_ utterance: Utterance) -> [FactTopic] {
        var topics: [FactTopic] = []
        if !AgentAbilities.sendsEmail,
            utterance.mentions(["email", "emails", "mail", "mails", "inbox", "gmail", "outlook"])
                || ["e mail", "e mails", "caixa de entrada"].contains(where: utterance.contains)
        {
            topics.append(.email)
        }
        if utterance.mentions(["calendar", "calendars", "calendario", "agenda"]) { topics.append(.calendar) }
        return topics
    }

    static let everyday = LocalizedText(en: "Everyday questions and tasks", pt: "Perguntas e tarefas do dia a dia")

    private static let plain: Set<String> = [
        "agent", "agents", "name", "names", "nome", "assistant", "bot", "ai", "ia", "openclaw", "please", "agente",
        "assistente", "robo", "thing",
        "things", "stuff", "bit", "lot", "kind", "sort", "own", "personal", "pessoal", "new", "novo", "coisa", "coisas",
        "favor", "there", "today", "now",
        "good", "nice", "great", "cool", "fine", "looking", "interested", "start", "begin", "set", "create", "buy", "order",
        "hire", "comecar", "criar", "comprar",
    ]
    private static let general = [
        "everything", "anything", "a bit of everything", "all kinds of things", "general assistant", "general help",
        "general purpose", "all sorts", "whatever comes up", "day to day", "everyday life", "daily life", "all of it",
        "all of them", "all of those", "all of the above",
        "tudo", "um pouco de tudo", "qualquer coisa", "de tudo", "assistente geral", "dia a dia", "todas", "todos",
    ]
    private static let reserved = [
        "just looking", "looking around", "just browsing", "checking it out", "checking this out", "have a look",
        "just curious", "rather not say", "none of your business", "thats private", "its private", "dont want to say",
        "wont tell", "wont say", "not telling", "secret", "prefer not to say", "why do you ask", "why do you want to know",
        "not going to tell", "dont want to tell",
        "so olhando", "so vendo", "dando uma olhada", "so curiosidade", "nao quero dizer", "prefiro nao dizer",
        "nao e da sua conta", "e segredo", "nao vou dizer", "por que quer saber",
    ]

    /// `qwxz`, `aaaa` and `asdf`.
    private static func looksLikeNoise(_ word: String) -> Bool {
        let letters = word.filter(\.isLetter)
        guard letters.count >= 2 else { return true }
        guard letters.allSatisfy(\.isASCII) else { return false }
        return Set(letters).count == 1 || !letters.contains { "aeiouy".contains($0) }
            || [
                "asdf", "asdfgh", "asdfghjkl", "qwerty", "qwertz", "blub", "blah", "lorem", "foo", "test", "testing",
                "teste", "asd", "hjkl", "xyz", "bla",
            ].contains(word)
    }
}

/// Half a sentence that shows what was understood.
enum Echo {
    /// In characters; cut at a word.
    private static let longest = 90

    /// `plan my week` becomes `plan your week`; what isn't English is quoted as it was said.
    static func text(_ purpose: String) -> String {
        var text = purpose.split(whereSeparator: \.isNewline).joined(separator: " ")
        if let stop = text.indices.dropFirst(20).first(where: {
            ".!;".contains(text[$0]) && text[text.index(after: $0)...].first?.isWhitespace ?? true
        }) {
            text = String(text[..<stop])
        }
        let isEnglish =
            SpokenLanguage(writtenIn: purpose).map { $0 == .english }
            ?? Utterance(text).mentions(["my", "i", "the", "for", "me", "with"])
        if isEnglish { text = turned(withoutOpening(trimmed(withoutOpening(text)))) }
        if text.count > longest {
            let cut = text.prefix(longest)
            text = (cut.lastIndex(of: " ").map { String(cut[..<$0]) } ?? String(cut)).trimmingBlanks + "…"
        }
        return text.trimmingBlanks
    }

    private static func trimmed(_ text: String) -> String {
        let utterance = Utterance(text)
        guard !utterance.words.contains(where: \.isEmpty) else { return text }
        let range = Trimming.range(utterance.words)
        return range.count < 2 ? text : utterance.rawWords[range].joined(separator: " ")
    }

    private static func withoutOpening(_ text: String) -> String {
        let utterance = Utterance(text)
        for opening in openings {
            let sought = opening.split(separator: " ").map(String.init)
            if utterance.words.count > sought.count + 1, utterance.words.starts(with: sought) {
                return utterance.rawWords.dropFirst(sought.count).joined(separator: " ")
            }
        }
        return text
    }

    private static let openings = [
        "i want an agent that", "i want an agent to", "i want a bot that", "i need an agent that", "i need an agent to",
        "id like an agent that", "i would like an agent that", "i want it to", "i want you to", "i need it to", "it should",
        "it must", "i need help with", "i need some help with", "i would like some help with", "id like some help with",
        "i want help with", "i need an assistant that", "i want an assistant that", "i need somebody who",
        "i need someone who", "help with", "help me with", "help me to", "help me", "i would like help with",
        "id like help with", "i need someone to", "i need something to", "i need something that", "i want something that",
        "i want to", "i need to", "i need", "an agent that", "an agent for", "to help me with", "to help me",
        "something that", "something to", "just", "well", "so",
    ]

    private static func turned(_ text: String) -> String {
        text.split(separator: " ").map { raw in
            let tail = raw.reversed().prefix { !$0.isLetter }.reversed()
            let plain = raw.dropLast(tail.count)
            let isContracted = plain.contains { "'’".contains($0) }
            let word = Folding.fold(plain)
            guard let other = isContracted && word == "were" ? "you're" : others[word] else { return String(raw) }
            return other + String(tail)
        }.joined(separator: " ")
    }

    private static let others = [
        "i": "you", "im": "you're", "ive": "you've", "id": "you'd", "ill": "you'll", "my": "your", "me": "you",
        "mine": "yours", "myself": "yourself", "am": "are", "we": "you", "our": "your", "us": "you",
        "ours": "yours",
    ]
}

extension String {
    var trimmingBlanks: String {
        let blanks: (Character) -> Bool = { $0.isWhitespace || ",;–—-".contains($0) }
        guard let first = firstIndex(where: { !blanks($0) }), let last = lastIndex(where: { !blanks($0) }) else { return "" }
        return String(self[first...last])
    }
}
