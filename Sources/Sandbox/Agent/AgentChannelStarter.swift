import ServiceLifecycle

/// Runs the agent's channel as the configuration names it: none without a bot's token, and another one when that changes.
struct AgentChannelStarter: Service, CustomStringConvertible {
    private static let interval = Duration.milliseconds(100)

    let configuration: AgentLiveConfiguration
    let health: AgentHealth
    let makeChannel: @Sendable (AgentConfiguration.Telegram) -> AgentChannel

    /// Services are logged when they start and end; the settings hold keys.
    var description: String { "AgentChannelStarter" }

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            guard let telegram = configuration.current.telegram else {
                // Nobody can write to it, and it waits for nothing.
                await health.set(.ready)
                try? await untilShutdown { try await Task.sleep(for: Self.interval) }
                continue
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await makeChannel(telegram).run() }
                group.addTask {
                    while configuration.current.telegram?.isSameBot(as: telegram) ?? false {
                        guard (try? await Task.sleep(for: Self.interval)) != nil else { return }
                    }
                }
                try await group.next()
                group.cancelAll()
            }
        }
    }
}

extension AgentConfiguration.Telegram {
    fileprivate func isSameBot(as other: Self) -> Bool { apiRoot == other.apiRoot && token == other.token }
}
