import Core
import FoundationEssentials
import Logging
import Telegram

extension Supervisor {
    /// Puts an agent to sleep that nobody has written to for long: it is closed to new work, if none is under way, and ends. What
    /// comes from then on stays at Telegram.
    /// - Returns: `nil` if it stays awake.
    /// - Throws: `CancellationError`; an `Errno`; `DomainError` if it doesn't end.
    func fallAsleep(_ gateway: Gateway, after limit: Duration) async throws -> Ending? {
        guard let readySince, .now - readySince >= limit, let traffic = await gateway.traffic() else { return nil }
        let now = Timestamp(Date())
        if let latest = traffic.latest, now - latest < limit { return nil }
        let position = directory.log.size
        guard await gateway.suspend("\(agent.boxID)-\(now.milliseconds)", drains: false) == .ready else { return nil }
        try await directory.takeLock(grace: timing.stopGrace)
        // Fetched in its last moments, and confirmed to Telegram: only the program itself still has it.
        if directory.log.contains("update spooled", from: position) {
            logger.info("a message came while the agent fell asleep")
            return .again
        }
        guard var record else { return .again }
        record.asleepSince = now
        record.process = nil
        try keep(record)
        return .asleep
    }

    /// Closes an agent to new work and waits until what is under way is over, as far as it says so: a message that is being taken
    /// in when a program is told to end would be answered with an excuse.
    /// - Parameter limit: how long what is under way is waited for.
    func finishTurns(within limit: Duration) async {
        guard let record, let process = record.process, process.isAlive, readySince != nil else { return }
        let gateway = Gateway(
            port: record.port, token: directory.secrets()[SecretName.gatewayToken] ?? "", patience: timing.answerLimit)
        let start = ContinuousClock.now
        let attempt = "\(agent.boxID)-\(Timestamp(Date()).milliseconds)"
        while await gateway.suspend(attempt, drains: true) == .draining, .now - start < limit {
            guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
        }
    }

    /// Watches for a message in the place of the agent, of which nothing runs meanwhile. Once there is one, its sender sees that
    /// somebody types, until the agent itself has taken over.
    /// - Throws: `CancellationError`; an `Errno`; `DomainError` if something of the agent still runs.
    func sleepUntilMessage() async throws {
        guard let settings, let channel = settings.channel else { throw CancellationError() }
        let lock = try await directory.takeLock(grace: timing.stopGrace)
        defer { withExtendedLifetime(lock) {} }
        report.state = .asleep
        let telegram = TelegramClient(
            httpClient: Gateway.client, apiRoot: channel.apiRoot,
            token: settings.secrets[SecretName.botToken]?.reveal() ?? "")
        let inbox = Inbox(telegram: telegram, users: channel.users)
        let chats = try await message(in: inbox)
        report.wakes += 1
        logger.info("agent wakes up")
        Task { await showTyping(telegram, in: chats) }
    }

    /// - Returns: the chats that wait for an answer.
    private func message(in inbox: Inbox) async throws -> Set<Int64> {
        var pause = timing.firstBackoff
        while true {
            let finding = try await inbox.look()
            switch finding {
            case .message(let chatIDs): return chatIDs
            case .nothing: pause = timing.firstBackoff
            case .strangers: try await Task.sleep(for: timing.strangersInterval)
            case .conflict:
                report.conflicts += 1
                logger.notice("somebody else polls Telegram for a sleeping agent")
                try await Task.sleep(for: timing.firstBackoff)
            case .refused(let error):
                logger.warning("Telegram can't be asked for a sleeping agent", metadata: ["error": "\(error)"])
                try await Task.sleep(for: max(pause, .seconds(error.retryAfter ?? 0)))
                pause = min(pause * 2, error.isTransient ? timing.channelInterval : timing.longestBackoff)
            }
        }
    }

    /// Telegram takes the sign away after five seconds.
    private func showTyping(_ telegram: TelegramClient, in chats: Set<Int64>) async {
        let start = ContinuousClock.now
        repeat {
            for chat in chats { try? await telegram.sendChatAction(chatID: chat) }
            let last = ContinuousClock.now
            while .now - last < .seconds(4), readySince == nil { try? await Task.sleep(for: .milliseconds(100)) }
        } while readySince == nil && supervision != nil && .now - start < timing.startLimit
        if readySince != nil { report.lastWakeMilliseconds = (.now - start).milliseconds }
    }
}
