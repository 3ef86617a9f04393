import Core

@testable import Onboarding

/// What became of one visitor.
struct Visit: Sendable {
    let visitor: Visitor
    /// What is wrong at the end.
    var faults: [String] = []
    /// What must never happen and did.
    var violations: [String] = []
    /// Messages of the visitor until the link to Telegram.
    var exchanges = 0
    var questions = 0
    var answered = 0
    var transcript: [String] = []

    var isComplete: Bool { faults.isEmpty }
}

/// Something that a visitor talks to: the script by itself, or a model behind the same guards.
protocol VisitedGuide: Sendable {
    var state: InterviewState { get }
    var step: InterviewState.Step { get }
    var replies: [Interview.Reply] { get }

    mutating func hear(_ text: String) async
    mutating func connectTelegram() async
    mutating func openPayment() async
}

extension Visit {
    private static let mostMessages = 24

    /// Lets a visitor talk until the summary stands and everything has been said.
    static func run(_ visitor: Visitor, with guide: some VisitedGuide) async -> Visit {
        var visit = Visit(visitor: visitor)
        var guide = guide
        visit.note(guide)
        var queues: [InterviewState.Step: [Visitor.Line]] = [
            .purpose: visitor.purpose ?? [], .name: visitor.name ?? [], .usage: visitor.usage ?? [],
            .plan: visitor.plan ?? [],
            .telegram: visitor.telegram ?? [], .payment: visitor.payment ?? [],
        ]
        var opens = visitor.opens ?? []
        var confirms = visitor.confirm ?? []
        for _ in 0..<mostMessages {
            if !opens.isEmpty {
                await visit.exchange(opens.removeFirst(), &guide)
            } else if guide.state.pending != nil {
                await visit.exchange(
                    confirms.isEmpty
                        ? Visitor.Line(guide.state.language == .english ? "yes" : "sim") : confirms.removeFirst(), &guide)
            } else if let line = queues[guide.step]?.first {
                queues[guide.step]?.removeFirst()
                await visit.exchange(line, &guide)
            } else if guide.step == .telegram {
                await guide.connectTelegram()
                visit.note(guide)
                await guide.openPayment()
                visit.note(guide)
            } else {
                break
            }
        }
        visit.judge(guide)
        return visit
    }

    private mutating func exchange(_ line: Visitor.Line, _ guide: inout some VisitedGuide) async {
        let before = guide.state
        if guide.step != .telegram, guide.step != .payment { exchanges += 1 }
        await guide.hear(line.say)
        transcript.append("> " + line.say)
        note(guide)
        let text = guide.replies.map(\.text).joined(separator: "\n").lowercased()
        if let hears = line.hears {
            questions += 1
            if hears.contains(where: text.contains) {
                answered += 1
            } else {
                faults.append("“\(line.say)” was not answered with \(hears)")
            }
        }
        check(line, before, guide, text)
    }

    /// What holds for every answer, whoever the visitor is.
    private mutating func check(_ line: Visitor.Line, _ before: InterviewState, _ guide: some VisitedGuide, _ text: String) {
        let state = guide.state
        if guide.replies.isEmpty { violations.append("no answer to “\(line.say)”") }
        if text.split(whereSeparator: \.isWhitespace).count > 120 { violations.append("more than 120 words: \(text)") }
        if text.count(where: { $0 == "?" }) > 2 { violations.append("more than two questions: \(text)") }
        if ["once more:", "as before:", "got it."].contains(where: text.contains) { violations.append("a prefix: \(text)") }
        if let old = before.tier, let new = state.tier,
            PlanTable.builtIn[new].monthlyPrice > PlanTable.builtIn[old].monthlyPrice,
            before.pending != .plan(new)
        {
            violations.append("\(new) instead of \(old) without a confirmed price")
        }
        if state.tier != before.tier, state.tier != nil, line.say.hasSuffix("?") {
            violations.append("a plan out of a question")
        }
        if let name = state.agentName,
            visitor.never?.names?.contains(where: { $0.lowercased() == name.lowercased() }) ?? false
        {
            violations.append("the name “\(name)”")
        }
        if let tier = state.tier, visitor.never?.plans?.contains(tier) ?? false { violations.append("the plan \(tier)") }
        for word in visitor.never?.purpose ?? [] where state.purpose?.lowercased().contains(word) ?? false {
            violations.append("“\(word)” in the purpose")
        }
        // Every answer ends with what is asked next, or with something to press.
        if guide.step != .served, let last = guide.replies.last, last.card == nil, !last.text.contains("?"),
            guide.step != .payment
        {
            violations.append("nothing to answer to: \(last.text)")
        }
    }

    private mutating func note(_ guide: some VisitedGuide) {
        transcript += guide.replies.map { "  " + $0.text.replacing("\n", with: "\n  ") }
    }

    private mutating func judge(_ guide: some VisitedGuide) {
        let (state, expect) = (guide.state, visitor.expect)
        func compare(_ what: String, _ expected: (some Equatable)?, _ actual: (some Equatable)?) -> String? {
            guard let expected else { return nil }
            let (left, right) = ("\(expected)", actual.map { "\($0)" } ?? "none")
            return left.lowercased() == right.lowercased() ? nil : "\(what): \(right) instead of \(left)"
        }
        faults += [
            compare("name", expect.name, state.agentName), compare("plan", expect.plan, state.tier),
            compare("language", expect.language, state.language), compare("owner", expect.owner, state.ownerName),
            compare("owner's language", expect.ownerLanguage, state.ownerLanguage?.rawValue),
            compare("budget", expect.budget, state.budget?.amount),
        ].compactMap(\.self)
        for word in expect.purpose ?? [] where !(state.purpose ?? "").lowercased().contains(word) {
            faults.append("“\(word)” is not in the purpose “\(state.purpose ?? "")”")
        }
        if expect.plan != nil, guide.step != .payment { faults.append("ended at \(guide.step.rawValue)") }
    }
}

extension Visitor.Line {
    init(_ say: String) {
        self.say = say
    }
}
