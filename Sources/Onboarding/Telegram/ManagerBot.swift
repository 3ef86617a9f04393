import Telegram

/// Who the manager bot is; asked once, or until it may create bots.
actor ManagerBot {
    private let client: TelegramClient
    private(set) var known: TelegramUser?

    init(client: TelegramClient) {
        self.client = client
    }

    /// - Throws: `TelegramError`.
    func identity() async throws -> TelegramUser {
        if let known, known.canManageBots == true { return known }
        let user = try await client.getMe()
        known = user
        return user
    }

    /// The same for those who can go on without: a visitor must not wait for a Telegram that is down.
    /// - Throws: `TelegramError`; `TelegramError.unreachable` after two seconds.
    func identitySoon() async throws -> TelegramUser {
        if let known, known.canManageBots == true { return known }
        return try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await self.identity() }
            tasks.addTask {
                try await Task.sleep(for: .seconds(2))
                throw TelegramError.unreachable("no answer within 2 s")
            }
            defer { tasks.cancelAll() }
            guard let user = try await tasks.next() else { throw CancellationError() }
            return user
        }
    }
}
