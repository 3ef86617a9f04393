import Core

/// The owner's own name, in "I'm Ana" and "me chamo Rui".
enum Owner {
    static let longest = 60

    static func name(in segment: Segment) -> String? {
        let words = segment.words
        for start in words.indices {
            for (opening, isSure) in openings where words[start...].starts(with: opening) {
                var raw = Array(segment.utterance.rawWords[(start + opening.count)...])
                if let end = raw.indices.first(where: { ends.contains(Folding.fold(raw[$0])) }) { raw = Array(raw[..<end]) }
                raw = Array(raw.prefix(4))
                if let comma = raw.firstIndex(where: { $0.hasSuffix(",") }) { raw = Array(raw[...comma]) }
                // "I'm Ana", but not "I'm tired" nor "I'm a baker".
                guard let first = raw.first, isSure || first.first?.isUppercase == true,
                    !Vocabulary.noNames.contains(Folding.fold(first)),
                    !places.contains(Folding.fold(first))
                else { continue }
                if !isSure {
                    raw = Array(
                        raw.prefix { $0.first?.isUppercase == true || Vocabulary.connectors.contains(Folding.fold($0)) })
                }
                guard let name = AgentName.validated(raw.joined(separator: " ")), AgentName.looksLikeOne(name) else {
                    continue
                }
                return AgentName.capitalised(name)
            }
        }
        return nil
    }

    private static let openings: [([String], Bool)] = [
        ("my name is", true), ("my names", true), ("call me", true), ("you can call me", true), ("i am called", true),
        ("im called", true), ("i go by", true), ("meu nome e", true), ("o meu nome e", true),
        ("me chamo", true), ("chamome", true), ("pode me chamar de", true), ("me chama de", true), ("me chame de", true),
        ("me llamo", true), ("mi nombre es", true), ("je mappelle", true), ("ich heisse", true), ("mi chiamo", true),
        ("i am", false), ("im", false), ("this is", false), ("eu sou o", false), ("eu sou a", false), ("sou o", false),
        ("sou a", false), ("eu sou", false), ("aqui e o", false), ("aqui e a", false), ("ich bin", false),
        ("je suis", false), ("soy", false),
    ].map { (phrase: String, isSure: Bool) in (phrase.split(separator: " ").map(String.init), isSure) }
    private static let ends: Set<String> = [
        "and", "from", "but", "i", "im", "a", "an", "the", "who", "with", "by", "in", "here", "e", "mas", "y", "of", "at",
        "und", "et", "because", "so", "thanks", "please", "trabalho", "tenho", "preciso", "quero", "not",
    ]
    private static let places: Set<String> = [
        "english", "portuguese", "brazilian", "german", "american", "british", "italian", "french", "spanish", "canadian",
        "ceo", "dutch", "irish", "indian",
    ]
}
