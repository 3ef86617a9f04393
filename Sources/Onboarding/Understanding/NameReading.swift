import Core

/// What a message says about the agent's name.
enum NameReading: Sendable, Hashable {
    case name(String)
    /// Perhaps; the visitor is to be asked.
    case perhaps(String)
    case tooLong
    /// Letters that no name may have.
    case notUsable
    case none

    /// - Parameters:
    ///   - segments: of the message, without those that say something else.
    ///   - isAsked: whether the agent's name is what was asked for.
    ///   - suggested: the names that were offered.
    ///   - current: the name so far.
    init(_ segments: [Segment], isAsked: Bool, suggested: [String], current: String?) {
        var found = NameReading.none
        // "No idea, a funny name": what follows is no name unless it is written as one.
        let isUndecided = segments.contains { $0.utterance.isUndecided }
        // The last of several counts: "Nova… no, Luna".
        for segment in segments {
            let spoken = Self.spoken(segment, current: current, isAsked: isAsked)
            if spoken != .none {
                found = spoken
            } else if isAsked, !(isUndecided && segment.text.first?.isLowercase == true) {
                let bare = Self.bare(segment, suggested: suggested)
                if bare != .none, !(found.isCertain && !bare.isCertain) { found = bare }
            }
        }
        self = found
    }

    private var isCertain: Bool {
        if case .name = self { return true }
        return false
    }

    // MARK: With words that say it is a name

    private static func spoken(_ segment: Segment, current: String?, isAsked: Bool) -> NameReading {
        let words = segment.words
        var best = NameReading.none
        for start in words.indices {
            guard
                let (verb, count) = NameVerbs.label(in: segment.utterance, at: start) ?? NameVerbs.match(words[start...])
            else { continue }
            if words[..<start].suffix(2).contains(where: { ["dont", "not", "never", "nao"].contains($0) }) { continue }
            if verb.needsThing, start > 0, !words[..<start].suffix(2).contains(where: NameVerbs.things.contains) { continue }
            let rest = segment.utterance.rawWords[(start + count)...]
            // "What is its name?" asks; "can we call it Orion?" wishes.
            guard !rest.isEmpty, verb.isWish || !segment.isQuestion else { continue }
            if verb.isWeak {
                guard current != nil || isAsked else { continue }
                let reading = weak(rest, current: current, isAsked: isAsked)
                if reading != .none { best = reading }
            } else {
                let reading = cleaned(rest, isSaid: true)
                if reading != .none { best = reading }
            }
        }
        return best
    }

    /// "Make it Orion": a name only if it looks like one.
    private static func weak(_ rest: ArraySlice<Substring>, current: String?, isAsked: Bool) -> NameReading {
        guard case .name(let name) = cleaned(rest, isSaid: false), name.split(separator: " ").count <= 3 else {
            return .none
        }
        let isCapital = rest.first?.first?.isUppercase == true
        if isCapital || isAsked || current.map({ isSimilar(name, $0) }) ?? false { return .name(name) }
        return rest.count <= 2 ? .perhaps(name) : .none
    }

    static func isSimilar(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(Folding.ascii(left)), Array(Folding.ascii(right)))
        guard !left.isEmpty, !right.isEmpty else { return false }
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var next = [i + 1]
            for (j, b) in right.enumerated() { next.append(min(next[j] + 1, row[j + 1] + 1, row[j] + (a == b ? 0 : 1))) }
            row = next
        }
        return row[right.count] <= max(1, min(left.count, right.count) / 3)
    }

    // MARK: As the answer to the question

    private static func bare(_ segment: Segment, suggested: [String]) -> NameReading {
        let utterance = segment.utterance
        if let quoted = quoted(utterance.text) { return valid(quoted) }
        // "How much is it?" is answered.
        if segment.isQuestion, FactTopic(askedIn: utterance) != nil { return .none }
        if !segment.isQuestion, let place = utterance.ordinal(of: suggested.count) { return .name(suggested[place]) }
        let mentioned = suggested.filter { utterance.contains(Folding.fold($0)) }
        if !segment.isQuestion, mentioned.count == 1, !utterance.mentions(["not", "dont", "nao", "except"]) {
            return .name(mentioned[0])
        }
        let reading = cleaned(utterance.rawWords[...], isSaid: false)
        switch reading {
        case .name(let name): return segment.isQuestion || isWordy(name) ? .perhaps(name) : reading
        case .none: break
        default: return reading
        }
        guard !segment.isQuestion else { return .none }
        return capital(utterance).map { .perhaps($0) } ?? .none
    }

    /// Three words and more, of which some are small, may be something else: "Write blog posts".
    private static func isWordy(_ name: String) -> Bool {
        let words = name.split(separator: " ")
        return words.count > 2
            && words.contains { word in
                word.first?.isLowercase == true && !Vocabulary.connectors.contains(Folding.fold(word))
            }
    }

    /// The last capitalised word in a sentence that isn't its first: "my grandmother was called Rosa, God bless her".
    private static func capital(_ utterance: Utterance) -> String? {
        let words = Array(zip(utterance.rawWords, utterance.words).dropFirst())
        let found = words.last { raw, folded in
            raw.first?.isUppercase == true && raw.contains { $0.isLowercase } && !Vocabulary.noNames.contains(folded)
        }
        if let found { return AgentName.validated(String(found.0)) }
        // "Wilson, like in the movie".
        guard let first = utterance.rawWords.first, first.first?.isUppercase == true, utterance.words.count > 1,
            !Vocabulary.noNames.contains(utterance.words[0]),
            ends.contains(utterance.words[1]) || utterance.words[1] == "like"
        else { return nil }
        return AgentName.validated(String(first))
    }

    // MARK: Cleaning

    private static let ends: Set<String> = [
        "for", "to", "and", "that", "which", "who", "because", "as", "so", "from", "with", "but", "if", "when", "its", "it",
        "is", "would",
        "para", "pra", "que", "porque", "como", "com", "mas", "se", "fur", "pour", "avec", "instead", "rather", "not",
        "please", "por", "or", "ou", "after",
        "since", "in", "on", "at", "cause", "cuz", "ok", "okay", "thanks", "thank", "em", "no", "na",
    ]

    /// - Parameter isSaid: whether the words before have said that a name follows.
    private static func cleaned(_ raw: ArraySlice<Substring>, isSaid: Bool) -> NameReading {
        var raw = Array(raw)
        if isSaid, let quoted = quoted(raw.joined(separator: " ")) { return valid(quoted) }
        if let letters = Spelling.letters(in: raw) { return valid(letters) }
        var words = raw.map { Folding.fold($0) }
        let note = Spelling.note(in: words)
        if let note { (raw, words) = (Array(raw[..<note.start]), Array(words[..<note.start])) }
        let kept = words.indices.filter { !words[$0].isEmpty || raw[$0] == "&" }
        (raw, words) = (kept.map { raw[$0] }, kept.map { words[$0] })
        let range = Trimming.range(words)
        (raw, words) = (Array(raw[range]), Array(words[range]))
        if isSaid {
            if let end = words.indices.dropFirst().first(where: { ends.contains(words[$0]) && !isInsideName($0, words, raw) }
            ) {
                (raw, words) = (Array(raw[..<end]), Array(words[..<end]))
                let range = Trimming.range(words)
                (raw, words) = (Array(raw[range]), Array(words[range]))
            }
        }
        guard !raw.isEmpty else { return .none }
        let text = raw.joined(separator: " ")
        guard AgentName.looksLikeOne(text) else {
            let capitals = raw.count { $0.first?.isUppercase == true }
            if text.count > AgentName.longest, words.count <= 9, capitals * 2 >= raw.count { return .tooLong }
            return words.count == 1 && text.count > AgentName.longest ? .tooLong : oddity(text, words)
        }
        return valid(note.map { $0.apply(to: text) } ?? text)
    }

    /// A name of letters that mean nothing to us is one still, and one that can't be used is told so.
    private static func oddity(_ text: String, _ words: [String]) -> NameReading {
        words.isEmpty && text.contains { !$0.isWhitespace } ? .notUsable : .none
    }

    /// "Salt and Pepper", "Maria no Céu".
    private static func isInsideName(_ index: Int, _ words: [String], _ raw: [Substring]) -> Bool {
        guard ["and", "no", "na", "e", "of"].contains(words[index]), index + 1 < raw.count else { return false }
        return raw[index + 1].first?.isUppercase == true && raw[index - 1].first?.isUppercase == true
            && !Vocabulary.grammar.contains(words[index + 1])
    }

    private static func quoted(_ text: String) -> String? {
        text.firstMatch(of: /["“”„«»]([^"“”„«»]{1,60})["“”„«»]/).map { String($0.1) }
    }

    private static func valid(_ text: String) -> NameReading {
        if let name = AgentName.validated(text) { return .name(AgentName.capitalised(name)) }
        return text.count > AgentName.longest ? .tooLong : .notUsable
    }
}
