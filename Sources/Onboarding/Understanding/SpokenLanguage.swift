import Core

/// The language that a text is written in, by its small words.
enum SpokenLanguage: String, Sendable, Hashable, Codable, CaseIterable {
    case english = "en"
    case portuguese = "pt"
    case spanish = "es"
    case french = "fr"
    case german = "de"
    case italian = "it"

    /// The one of ours, if it is.
    var ours: Language? { Language(rawValue: rawValue) }

    /// As its speakers write it.
    var name: String {
        switch self {
        case .english: "English"
        case .portuguese: "português"
        case .spanish: "español"
        case .french: "français"
        case .german: "Deutsch"
        case .italian: "italiano"
        }
    }

    /// - Returns: `nil` unless three words or more speak clearly for one language.
    init?(writtenIn text: String) {
        let words = text.split(whereSeparator: { !$0.isLetter && $0 != "'" && $0 != "’" }).map { Folding.fold($0) }
        guard words.count >= 3 else { return nil }
        let scores = Self.marks.map { language, marks in (language, words.count { marks.contains($0) }) }.sorted {
            $0.1 > $1.1
        }
        let isMarked = Self.script(text)
        let best = scores[0]
        let second = scores.first { $0.0 != best.0 && !Self.marks[best.0]!.isSuperset(of: Self.marks[$0.0]!) }
        // Two words of its own, and clearly ahead of every other language.
        guard best.1 >= 2, best.1 * 5 >= words.count, best.1 >= (second?.1 ?? 0) + max(1, best.1 / 4) else {
            if let isMarked, let score = scores.first(where: { $0.0 == isMarked }), score.1 >= 1, score.1 >= best.1 {
                self = isMarked; return
            }
            return nil
        }
        self = best.0
    }

    /// Letters that only one of them has.
    private static func script(_ text: String) -> SpokenLanguage? {
        if text.contains(where: { "ãõ".contains($0.lowercased()) }) { return .portuguese }
        if text.contains(where: { "ñ¿¡".contains($0.lowercased()) }) { return .spanish }
        if text.contains(where: { "ß".contains($0.lowercased()) }) { return .german }
        return nil
    }

    private static func set(_ text: String) -> Set<String> {
        Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    private static let marks: [SpokenLanguage: Set<String>] = [
        .english: set(
            "the and you your my is are it i to of for with that this what how can do does have want need would like please help me should will be about on in every day when from they we our there just some but not hello thanks"
        ),
        .portuguese: set(
            "o a os as um uma e é eu voce voces meu minha meus minhas seu sua que de do da dos das em no na nos nas para pra com por nao sim quero preciso gostaria ajuda ajudar isso esse essa como quanto qual quando mais muito ola oi obrigado obrigada bom dia tambem ser esta tem fazer sobre favor dele dela todos todo trabalho"
        ),
        .spanish: set(
            "el la los las un una y yo tu usted mi mis su sus que de del en para con por no si quiero necesito gustaria ayuda ayudar ayude esto este esta como cuanto cual cuando mas muy hola gracias buenos dias tambien ser tiene hacer sobre favor todos todo trabajo puedo puede llamar llamalo llamala cuesta es"
        ),
        .french: set(
            "le la les un une et je vous tu mon ma mes votre que de du des en pour avec par ne pas oui non veux voudrais besoin aide aider ce cette comment combien quel quand plus tres bonjour merci est sont dans sur tous jours travail coute"
        ),
        .german: set(
            "der die das ein eine einen und ich du sie wir mein meine meinen ihr dass von im in fur mit nicht ja nein mochte will brauche hilfe helfen soll wie viel was wann mehr sehr hallo danke ist sind auf auch bei kostet bitte jeden tag arbeit"
        ),
        .italian: set(
            "il lo la gli le un una e io tu lei mio mia miei che di del della in per con non si voglio vorrei bisogno aiuto aiutare questo questa come quanto quale quando piu molto ciao grazie sono nel anche fare tutti giorni lavoro costa"
        ),
    ]
}
