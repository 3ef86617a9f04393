import AsyncHTTPClient
import Logging
import ServiceLifecycle
import Telegram

/// The agent's Telegram channel: polls, answers those who may ask, and confirms what it has answered.
struct AgentChannel: Service, CustomStringConvertible {
    private static let pollSeconds = 25
    /// Telegram takes the indicator away after five seconds.
    private static let typingInterval = Duration.seconds(4)
    private static let longestMessage = 4096

    let telegram: TelegramClient
    let configuration: AgentLiveConfiguration
    let httpClient: HTTPClient
    let memory: AgentMemory
    let health: AgentHealth
    let backoff: AgentBackoff
    let logger: Logger

    /// Services are logged when they start and end; the model's settings hold its key.
    var description: String { "AgentChannel" }

    func run() async throws {
        try await withGracefulShutdownHandler {
            do {
                let bot = try await connect()
                await health.set(.ready)
                logger.info("agent ready", metadata: ["bot": "\(bot.username ?? "")"])
                try await poll(as: bot)
            } catch is CancellationError {
                logger.info("agent ended")
            }
        } onGracefulShutdown: {
            Task { await health.set(.draining) }
        }
    }

    /// Asks until Telegram accepts the token.
    private func connect() async throws -> TelegramUser {
        try await persistently("Telegram doesn't accept the bot yet") {
            let bot = try await telegram.getMe()
            try await telegram.deleteWebhook()
            return bot
        }
    }

    private func poll(as bot: TelegramUser) async throws {
        var next = memory.nextUpdateID()
        while true {
            let offset = next
            let updates = try await persistently("Telegram can't be polled") {
                try await untilShutdown {
                    try await telegram.getUpdates(
                        offset: offset, timeout: Self.pollSeconds, allowedUpdates: ["message"])
                }
            }
            for update in updates {
                // What isn't answered yet isn't confirmed, and comes again after a restart.
                if Task.isShuttingDownGracefully { throw CancellationError() }
                if let message = update.message {
                    await health.received()
                    defer { Task { await health.finished() } }
                    try await handle(message, updateID: update.updateID, as: bot)
                }
                try memory.setNextUpdateID(update.updateID + 1)
                next = update.updateID + 1
            }
        }
    }

    private func handle(_ message: TelegramMessage, updateID: Int64, as bot: TelegramUser) async throws {
        let configuration = configuration.current
        let model = AgentModel(
            httpClient: httpClient, settings: configuration.model, workspace: configuration.workspace, backoff: backoff,
            logger: logger)
        guard let person = message.from, configuration.telegram?.allowFrom.contains(person.id) == true,
            message.chat.type == "private",
            let text = message.text
        else { return }
        if text == "/start" || text.hasPrefix("/start ") {
            return try await send(AgentTexts(person.languageCode).greeting(bot.firstName), to: message.chat.id)
        }
        var session = memory.session(chatID: message.chat.id)
        if session.unsent?.updateID != updateID {
            let answer = try await whileTyping(in: message.chat.id) { [session] in
                try await model.answer(to: text, after: session.messages, texts: AgentTexts(person.languageCode))
            }
            session.remember(.init(role: "user", content: text))
            if case .said(let words) = answer { session.remember(.init(role: "assistant", content: words)) }
            session.unsent = .init(updateID: updateID, text: answer.text)
            try memory.save(session, chatID: message.chat.id)
        }
        if let unsent = session.unsent { try await send(unsent.text, to: message.chat.id) }
        session.unsent = nil
        try memory.save(session, chatID: message.chat.id)
    }

    private func send(_ text: String, to chatID: Int64) async throws {
        for part in Self.parts(of: text) {
            do {
                _ = try await persistently("an answer can't be sent") {
                    try await telegram.sendMessage(chatID: chatID, text: part)
                }
                await health.sent()
            } catch let error as TelegramError {
                // The person blocked the bot, or Telegram refuses this text: trying again changes nothing.
                logger.warning("an answer was refused", metadata: ["error": "\(error)"])
            }
        }
    }

    static func parts(of text: String) -> [String] {
        var parts: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            let part = rest.unicodeScalars.prefix(longestMessage)
            parts.append(String(part))
            rest = rest[part.endIndex...]
        }
        return parts
    }

    private func whileTyping<Result: Sendable>(
        in chatID: Int64, _ body: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        async let _: Void = showTyping(in: chatID)
        return try await body()
    }

    private func showTyping(in chatID: Int64) async {
        while !Task.isCancelled {
            try? await telegram.sendChatAction(chatID: chatID)
            try? await Task.sleep(for: Self.typingInterval)
        }
    }

    /// Tries again, with growing pauses, for as long as the fault may pass. A refused token may be replaced by its owner, so
    /// that is tried again as well.
    /// - Throws: ``TelegramError`` that will not pass; `CancellationError` when the agent is told to end.
    private func persistently<Result: Sendable>(
        _ complaint: String, _ body: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        var attempt = 0
        while true {
            do {
                let result = try await body()
                await health.setChannel(works: true)
                return result
            } catch let error as TelegramError where error.isTransient || error == .unauthorized {
                await health.setChannel(works: false)
                logger.warning("\(complaint)", metadata: ["error": "\(error)", "attempt": "\(attempt)"])
                try await backoff.sleep(attempt: attempt, atLeast: .seconds(error.retryAfter ?? 0))
                attempt += 1
            }
        }
    }
}
