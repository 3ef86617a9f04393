import Core
import Jobs
import SQL
import Store
import Telegram

/// What a model has answered, and what it went by.
struct LedAnswer: Sendable {
    let answer: Interview.Answer
    /// The state that it began with, as it was stored.
    let basis: String
    let world: Interview.World
    /// The position of the last message that it answers.
    let answered: Int64

    /// Whether it still fits: only time, and more messages, may have passed.
    func fits(_ state: String, _ unread: [ChatMessage], _ now: Interview.World) -> Bool {
        var before = world
        before.now = now.now
        return state == basis && before == now && unread.contains { $0.position == answered }
    }
}

extension OnboardingService {
    /// Messages of one visitor within 24 hours that a model answers.
    private static let mostLedTurns = 60

    /// Has the model lead the turn, where there is one and the visitor has said something.
    ///
    /// It is asked outside of any transaction. Its words are stored as they arrive, so that the page can show them.
    /// - Returns: `nil` where the script is to answer.
    func lead(_ customerID: Customer.ID, checked: CheckedToken?, manager: TelegramUser?) async throws -> LedAnswer? {
        guard let guide, checked == nil else { return nil }
        let found = try await queue.database.read { [clock = queue.clock] transaction -> Beginning? in
            let store = ConversationStore(transaction)
            guard let customer = try CustomerStore(transaction).find(customerID),
                let conversation = try store.find(customerID: customerID)
            else { return nil }
            let state = try InterviewState(json: conversation.state)
            let messages = try store.messages(of: conversation)
            let world = try InterviewWorld(service: self, transaction: transaction, now: clock.now, checked: nil)
                .read(customer, conversation, state, manager: manager)
            return Beginning(conversation: conversation, state: state, world: world, messages: messages)
        }
        guard let found, let last = found.unread.last else { return nil }
        // Who talks on and on is answered by the script.
        let day = queue.clock.now - .hours(24)
        let said = found.messages.count { $0.role == .visitor && $0.createdAt > day }
        guard said <= Self.mostLedTurns else { return nil }
        let driver = ModelDriver(model: guide, interview: interview, logger: logger)
        let words = DraftWriter(queue: queue, conversation: found.conversation)
        async let _: Void = showTyping(in: found.conversation)
        let answer = await driver.answer(
            found.state, to: found.unread.map(\.text).joined(separator: "\n"), in: found.world,
            history: found.messages.filter { $0.position < found.unread[0].position },
            conversation: found.conversation.id.rawValue,
            onText: { await words.show($0) })
        guard let answer else {
            await words.clear()
            return nil
        }
        return LedAnswer(answer: answer, basis: found.conversation.state, world: found.world, answered: last.position)
    }

    private struct Beginning: Sendable {
        let conversation: Conversation
        let state: InterviewState
        let world: Interview.World
        let messages: [ChatMessage]

        var unread: [ChatMessage] { messages.filter { $0.role == .visitor && $0.position > state.answered } }
    }
}

/// Stores the words of an answer while they come, a few times a second.
actor DraftWriter {
    private static let pause = Duration.milliseconds(120)

    private let queue: WorkQueue
    private let conversation: Conversation
    private var shown: ContinuousClock.Instant?
    private var hasShown = false

    init(queue: WorkQueue, conversation: Conversation) {
        self.queue = queue
        self.conversation = conversation
    }

    func show(_ text: String) async {
        if let shown, ContinuousClock.now - shown < Self.pause { return }
        shown = .now
        await write(text)
        hasShown = true
    }

    func clear() async {
        if hasShown { await write("") }
    }

    /// Words that can't be stored come with the whole answer.
    private func write(_ text: String) async {
        let conversation = conversation
        try? await queue.write { work in
            try ConversationStore(work.transaction).setDraft(text, of: conversation)
            work.changed(conversation.customerID)
        }
    }
}
