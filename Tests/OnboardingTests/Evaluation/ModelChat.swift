import AsyncHTTPClient
import Core
import Logging
import NIOCore

@testable import Onboarding

/// A conversation that a model leads, with the script as its net.
struct ModelChat: VisitedGuide {
    private var chat: InterviewChat
    private let driver: ModelDriver
    private var history: [ChatMessage] = []
    /// How often the script took over.
    private(set) var takeovers = 0

    init(_ language: Language, model: GuideModel) {
        chat = InterviewChat(language)
        driver = ModelDriver(
            model: model, interview: Interview(plans: .builtIn),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        note()
    }

    var state: InterviewState { chat.state }
    var step: InterviewState.Step { chat.step }
    var replies: [Interview.Reply] { chat.replies }

    mutating func hear(_ text: String) async {
        let answer = await driver.answer(
            chat.state, to: text, in: chat.world, history: history, conversation: chat.customerID.rawValue, onText: { _ in })
        append(.visitor, text)
        if let answer {
            chat.apply(answer)
        } else {
            takeovers += 1
            chat.say(text)
        }
        note()
    }

    mutating func connectTelegram() async { await chat.connectTelegram() }
    mutating func openPayment() async { await chat.openPayment() }

    private mutating func note() {
        for reply in chat.replies { append(.agent, reply.text) }
    }

    private mutating func append(_ role: ChatMessage.Role, _ text: String) {
        history.append(
            ChatMessage(position: Int64(history.count + 1), role: role, text: text, card: nil, createdAt: chat.world.now))
    }
}

extension EvaluationReport {
    /// Lets visitors talk to a model, some at a time.
    static func run(_ visitors: [Visitor], model: GuideModel, atOnce: Int = 24) async -> EvaluationReport {
        await withTaskGroup(of: Visit.self) { group in
            var visits: [Visit] = []
            var waiting = visitors[...]
            for visitor in waiting.prefix(atOnce) {
                group.addTask { await Visit.run(visitor, with: ModelChat(visitor.page ?? .english, model: model)) }
            }
            waiting = waiting.dropFirst(atOnce)
            for await visit in group {
                visits.append(visit)
                if let next = waiting.popFirst() {
                    group.addTask { await Visit.run(next, with: ModelChat(next.page ?? .english, model: model)) }
                }
            }
            return EvaluationReport(visits: visits)
        }
    }
}
