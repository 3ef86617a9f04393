import Core

/// Everything that one message says, whatever was asked: pure, and the same for both drivers.
struct Reading: Sendable {
    /// What is known while reading.
    struct Context: Sendable {
        var step: InterviewState.Step
        /// Names that were offered.
        var suggestedNames: [String] = []
        var agentName: String?
        var tier: Tier?
        var plans: PlanTable
    }

    let utterance: Utterance
    let manners: Manners
    private(set) var command: Command?
    /// At the step where one is to be created.
    let saysThatNoBotCanBeCreated: Bool
    private(set) var language: LanguageWish?
    private(set) var name = NameReading.none
    private(set) var owner: String?
    private(set) var plan: PlanReading
    private(set) var budget: Budget?
    private(set) var usage: Usage?
    /// What says what the agent should do.
    private(set) var purpose: String?
    /// Asked, and what about; `nil` for what isn't on the sheet of facts.
    private(set) var questions: [FactTopic?] = []

    /// "You choose", also beside other facts.
    private(set) var leavesNameToUs = false

    var isQuestion: Bool { !questions.isEmpty }

    init(_ text: String, in context: Context) {
        utterance = Utterance(text)
        manners = Manners(text)
        let segments = Segment.all(in: text)
        command = Command(utterance)
        saysThatNoBotCanBeCreated = context.step == .telegram && utterance.isRefusedABot
        budget = segments.lazy.compactMap { Budget($0.utterance) }.first
        if budget == nil, utterance.mentions(["budget", "orcamento"]) { budget = Budget(utterance) }
        let isPlanAsked = context.step == .plan
        plan = PlanReading(segments, isAsked: isPlanAsked, current: context.tier, plans: context.plans)
        guard command == nil else { return }
        language = segments.lazy.compactMap { LanguageWish($0) }.first
        owner = segments.lazy.filter { !$0.isQuestion }.compactMap { Owner.name(in: $0) }.first

        // What names a plan or a language names no agent.
        let candidates = segments.filter { segment in
            LanguageWish(segment) == nil && Budget(segment.utterance) == nil && Owner.name(in: segment) == nil
                && PlanReading([segment], isAsked: isPlanAsked, current: context.tier, plans: context.plans).mentioned
                    .isEmpty
                || NameVerbs.match(segment.words[...]) != nil && NameVerbs.match(segment.words[...])?.verb.isWeak == false
        }
        let mixed = segments.filter { segment in
            segment.words.indices.contains { NameVerbs.match(segment.words[$0...]).map { !$0.verb.isWeak } ?? false }
        }
        name = NameReading(
            context.step == .name ? candidates : Array(Self.union(candidates, mixed)), isAsked: context.step == .name,
            suggested: context.suggestedNames, current: context.agentName)
        if name == .none, context.step == .name {
            name = NameReading(mixed, isAsked: false, suggested: [], current: context.agentName)
        }
        leavesNameToUs =
            name == .none && (utterance.isUndecided || segments.contains { !$0.isQuestion && $0.utterance.isUndecided })
        usage =
            context.step == .purpose && Purpose.isGeneral(utterance)
            ? nil
            : segments.filter { !$0.isQuestion }.lazy.compactMap {
                Usage($0.utterance, isAsked: context.step == .usage, isOffered: context.step == .plan)
            }
            .first
        // "The cheapest" answers how often, too.
        if context.step == .usage, usage == nil {
            plan = PlanReading(segments, isAsked: true, current: context.tier, plans: context.plans)
        }
        readPurpose(segments, context)
        readQuestions(segments)
    }

    private static func union(_ first: [Segment], _ second: [Segment]) -> [Segment] {
        first + second.filter { segment in !first.contains { $0.text == segment.text && $0.sentence == segment.sentence } }
    }

    private mutating func readQuestions(_ segments: [Segment]) {
        var asked: [Int: (text: String, hasMark: Bool)] = [:]
        for segment in segments where segment.isQuestion && !isWish(segment) {
            asked[segment.sentence] = ((asked[segment.sentence]?.text ?? "") + " " + segment.text, segment.hasMark)
        }
        for sentence in asked.keys.sorted() {
            guard let (text, hasMark) = asked[sentence] else { continue }
            let topic = FactTopic(askedIn: Utterance(text)) ?? (plan.mentioned.isEmpty ? nil : .comparison)
            // "Where do I start, …": nobody waits for an answer.
            if topic == nil, !hasMark, segments.count > 1 { continue }
            if !questions.contains(topic) { questions.append(topic) }
        }
        // "Refund" alone asks, too, and "a free trial".
        if questions.isEmpty, plan.mentioned.isEmpty, budget == nil, let topic = FactTopic(named: utterance) {
            questions = [topic]
            (purpose, name) = (nil, .none)
        }
    }

    /// A wish in the form of a question: it is obeyed or confirmed, not answered.
    private func isWish(_ segment: Segment) -> Bool {
        if plan.wished != nil, !PlanReading([segment], isAsked: true, current: nil, plans: .builtIn).mentioned.isEmpty {
            return true
        }
        if LanguageWish(segment) != nil { return true }
        if case .none = name { return false }
        return segment.words.indices.contains {
            NameVerbs.match(segment.words[$0...]).map { $0.verb.isWish && !$0.verb.isWeak } ?? false
        }
            || FactTopic(askedIn: segment.utterance) == nil && segment.utterance.words.count <= 5
    }

    // MARK: Purpose

    private mutating func readPurpose(_ segments: [Segment], _ context: Context) {
        guard !manners.isHostile else { return }
        let kept = segments.filter { !$0.isQuestion && isAboutPurpose($0, context) }
        guard !kept.isEmpty else { return }
        let isAlone = segments.allSatisfy { !$0.isQuestion && !isOtherMatter($0, context) }
        if isAlone, name == .none || context.step == .name {
            purpose = Purpose.validated(utterance.text)
            return
        }
        var text = ""
        for (index, segment) in kept.enumerated() {
            let part = PurposeCut.withoutLabel(PurposeCut.withoutName(segment)).trimmingBlanks
            guard !part.isEmpty else { continue }
            if text.isEmpty {
                text = part
            } else {
                text += (kept[index - 1].sentence == segment.sentence ? ", " : ". ") + part
            }
        }
        purpose = Purpose.validated(text)
    }

    private func isOtherMatter(_ segment: Segment, _ context: Context) -> Bool {
        Budget(segment.utterance) != nil || Owner.name(in: segment) != nil || LanguageWish(segment) != nil
            || Command(segment.utterance) != nil && segment.utterance.words.count <= 3
            || !PlanReading([segment], isAsked: false, current: nil, plans: context.plans).mentioned.isEmpty
            || PurposeCut.isOnlyUsage(segment.utterance)
    }

    private func isAboutPurpose(_ segment: Segment, _ context: Context) -> Bool {
        let utterance = segment.utterance
        if Command(utterance) != nil || utterance.isYes != nil || utterance.isUndecided || utterance.wantsAnother
            || LanguageWish(segment) != nil
        {
            return false
        }
        if Purpose.isReserved(utterance) || Manners(segment.text).isHostile || TokenRedaction.mark == segment.text {
            return false
        }
        let words = utterance.words.filter { !$0.isEmpty }
        var rest = Utterance(PurposeCut.withoutName(segment))
        if isOtherMatter(segment, context) {
            rest = Utterance(PurposeCut.withoutSideMatter(rest))
            return rest.words.count >= 2 && Purpose.hasContent(rest)
        }
        return Purpose.hasContent(rest)
            && !(words.count == 1 && Vocabulary.noNames.contains(words[0]) && context.step != .purpose)
    }
}

/// Takes out of a sentence what isn't about the purpose.
enum PurposeCut {
    /// Without "called Rex" and the like.
    static func withoutName(_ segment: Segment) -> String {
        let words = segment.words
        for start in words.indices {
            guard
                let (verb, count) = NameVerbs.label(in: segment.utterance, at: start) ?? NameVerbs.match(words[start...]),
                !verb.isWeak
            else { continue }
            if verb.needsThing, start > 0, !words[..<start].suffix(2).contains(where: NameVerbs.things.contains) { continue }
            guard case .name(let name) = NameReading([segment], isAsked: false, suggested: [], current: nil) else {
                return segment.text
            }
            let length = name.split(separator: " ").count
            let raw = segment.utterance.rawWords
            return (raw[..<start] + raw[min(start + count + length, raw.count)...]).joined(separator: " ")
        }
        return segment.text
    }

    /// Without "Task:".
    static func withoutLabel(_ text: String) -> String {
        guard let first = text.split(separator: " ").first, first.hasSuffix(":"), Folding.fold(first).count <= 9 else {
            return text
        }
        return String(text.drop { $0 != ":" }.dropFirst())
    }

    /// Whether nothing is left but how often and for how much.
    static func isSideMatter(_ utterance: Utterance) -> Bool { !Purpose.hasContent(Utterance(withoutSideMatter(utterance))) }

    /// "Every day, for work" says how often and nothing else.
    static func isOnlyUsage(_ utterance: Utterance) -> Bool {
        Usage(utterance, isAsked: true) != nil && isSideMatter(utterance)
    }

    static func withoutSideMatter(_ utterance: Utterance) -> String {
        zip(utterance.rawWords, utterance.words).filter { _, word in !side.contains(word) && Budget.amount(word) == nil }
            .map { String($0.0) }.joined(separator: " ")
    }

    private static let side: Set<String> = [
        "budget", "dollars", "dollar", "usd", "bucks", "euros", "euro", "month", "monthly", "max", "maximum", "under",
        "spend", "pay", "pro", "starter", "team", "plan", "plano", "mes", "orcamento", "gastar", "pagar", "dolares", "reais",
        "tops", "most", "cheap", "cheapest",
        "day", "days", "daily", "every", "single", "couple", "msg", "msgs", "week", "often", "time", "times", "twice",
        "once", "few", "chats", "messages",
        "work", "use", "using", "evening", "morning", "night", "whole", "dia", "dias", "todos", "vezes", "semana",
        "mensagens", "trabalho", "conversas", "inteiro", "everything", "almost", "per", "around", "clock",
        "hi", "name", "nome", "chamo", "called", "call", "sou", "afford", "limit", "less", "within", "please", "people",
        "light", "heavy", "usage", "then", "lot", "tudo", "quase", "fine", "enough", "keep", "write", "maybe", "id", "ill",
    ]
}
