import Core
import Logging

/// Lets a model lead one turn of the conversation. It speaks and calls tools; the state changes as the tools' guards allow, and
/// what can be pressed is the code's to say. Whenever it fails, there is no answer, and the script gives its own.
struct ModelDriver: Sendable {
    let model: GuideModel
    let interview: Interview
    let logger: Logger

    private static let mostRounds = 8
    /// After this no other round begins.
    private static let longest = Duration.seconds(30)
    private static let mostNonsense = 2

    /// - Parameters:
    ///   - said: what is new of the visitor.
    ///   - onText: told the words so far.
    /// - Returns: `nil` if the script is to answer.
    func answer(
        _ state: InterviewState, to said: String, in world: Interview.World, history: [ChatMessage], conversation: String,
        onText: @escaping @Sendable (String) async -> Void
    ) async -> Interview.Answer? {
        var turn = InterviewTurn(plans: interview.plans, state: state, world: world)
        turn.tellNews()
        // The rules' own matter: what is confirmed, commanded, pasted or hurled at the guide.
        guard let reading = turn.readingForModel(said) else { return nil }
        let draft = interview.draft(state, to: said, in: world)
        do {
            let text = try await converse(
                &turn, reading, draft, said: said, history: history, conversation: conversation, onText: onText)
            return turn.answer(withWords: text)
        } catch {
            logger.notice("the script takes over from the model", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    private func converse(
        _ turn: inout InterviewTurn, _ reading: Reading, _ draft: GuideDraft, said: String, history: [ChatMessage],
        conversation: String, onText: @escaping @Sendable (String) async -> Void
    ) async throws -> String {
        let prompt = GuidePrompt(facts: turn.facts, plans: interview.plans)
        var messages = prompt.messages(history: history, said: said, state: turn.state, step: turn.step, draft: draft)
        var nonsense = 0
        // Words that can't be said aren't shown while they come, either.
        let (state, plans, reply) = (turn.state, interview.plans, draft.reply)
        let show: @Sendable (String) async -> Void = { words in
            if ModelText.fault(words, state: state, plans: plans, draft: reply) == nil { await onText(words) }
        }
        let begun = ContinuousClock.now
        for _ in 0..<Self.mostRounds {
            guard ContinuousClock.now - begun < Self.longest else {
                throw ModelFailure.unreachable("no end within \(Self.longest)")
            }
            let answer: ModelAnswer
            do {
                answer = try await model.answer(
                    to: messages, tools: GuideTools.all, conversation: conversation, onText: show)
            } catch ModelFailure.nonsense(let reason) {
                nonsense += 1
                if nonsense >= Self.mostNonsense { throw ModelFailure.nonsense(reason) }
                continue
            }
            messages.append(answer.message)
            if !answer.calls.isEmpty {
                for call in answer.calls {
                    messages.append(.result(GuideTools.run(call, on: &turn, said: reading), of: call))
                }
                continue
            }
            guard let fault = ModelText.fault(answer.text, state: turn.state, plans: interview.plans, draft: draft.reply)
            else {
                return answer.text
            }
            nonsense += 1
            if nonsense >= Self.mostNonsense { throw ModelFailure.nonsense(fault) }
            messages.append(.system("That can't be said: \(fault). Say it again without that."))
        }
        throw ModelFailure.nonsense("no words after \(Self.mostRounds) rounds")
    }
}

extension Interview {
    /// What the script would do, for the model to follow or to correct.
    func draft(_ state: InterviewState, to said: String, in world: World) -> GuideDraft {
        var turn = InterviewTurn(plans: plans, state: state, world: world)
        turn.tellNews()
        let news = turn.replies.count
        turn.hear(said)
        let calls = turn.calls.map { call in
            let (name, arguments) = call.asModelCall
            return GuideDraft.Call(name: name, arguments: arguments)
        }
        return GuideDraft(
            calls: calls, reply: Reply.joined(Array(turn.replies.dropFirst(news))).map(\.text).joined(separator: "\n\n"))
    }
}

extension InterviewTurn {
    /// - Returns: `nil` where the rules alone answer.
    mutating func readingForModel(_ said: String) -> Reading? {
        guard !said.contains(TokenRedaction.mark) else { return nil }
        let reading = read(said)
        let isRules =
            reading.manners.isHostile || reading.command != nil || reading.saysThatNoBotCanBeCreated || state.pending != nil
            || reading.utterance.isAcknowledgement && !replies.isEmpty
        guard !isRules else { return nil }
        state.offered = []
        // The draft of the same turn says which languages there are.
        if noteLanguage(reading) != nil { state.hasToldLanguages = true }
        return reading
    }

    /// The turn's answer with a model's words, and what can be pressed below them.
    func answer(withWords text: String) -> Interview.Answer {
        var asked = self
        asked.ask()
        asked.settle()
        let questions = asked.replies.dropFirst(replies.count)
        var words = text.trimmingBlanks
        let own = questions.map(\.text).joined(separator: "\n\n")
        // At the link and the payment page the rules' own words say what is to be done and what is charged.
        let isOwn = step == .telegram || step == .payment || state.pending != nil && !words.contains("?")
        if (isOwn && step != .served || !words.contains("?")) && !words.contains(questions.last?.text ?? "")
            && step != .served
        {
            words += "\n\n" + own
        }
        let reply = Interview.Reply(text: words, card: questions.last?.card)
        return Interview.Answer(
            state: asked.state, replies: Interview.Reply.joined(replies + [reply]), actions: asked.actions)
    }
}
