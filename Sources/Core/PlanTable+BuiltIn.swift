extension PlanTable {
    /// The plans on sale unless a file replaces them (`PLANS_FILE`).
    package static let builtIn: PlanTable = {
        do {
            return try PlanTable([starter, pro, team])
        } catch {
            preconditionFailure("the built-in plans are inconsistent: \(error)")
        }
    }()

    private static let starter = Plan(
        tier: .starter, name: "Starter", monthlyPrice: 19_00, monthlyUnits: 5_000_000, dailyMessages: 60, overagePrice: 3_00,
        telegramUsers: 1, thinking: "off", contextTokens: 48_000, sleepAfterMinutes: 15, ownInstructions: false,
        resources: .init(cpuRequest: 100, cpuLimit: 1000, memoryRequest: 640, memoryLimit: 1536, volume: 2),
        weight: 1, requestsPerSecond: 10, concurrentRequests: 4, reminders: 20, support: .community)

    private static let pro = Plan(
        tier: .pro, name: "Pro", monthlyPrice: 49_00, monthlyUnits: 20_000_000, dailyMessages: 240, overagePrice: 3_00,
        telegramUsers: 1, thinking: "low", contextTokens: 96_000, conversationIdleMinutes: 720, sleepAfterMinutes: 60,
        ownInstructions: true,
        resources: .init(cpuRequest: 100, cpuLimit: 2000, memoryRequest: 768, memoryLimit: 2048, volume: 5),
        weight: 2, requestsPerSecond: 10, concurrentRequests: 8, reminders: 100, voiceNotes: true,
        searchesPerDay: 100, support: .email48Hours)

    private static let team = Plan(
        tier: .team, name: "Team", monthlyPrice: 129_00, monthlyUnits: 60_000_000, dailyMessages: 700, overagePrice: 2_00,
        telegramUsers: 10, thinking: "medium", contextTokens: 64_000, conversationIdleMinutes: 720, ownInstructions: true,
        resources: .init(cpuRequest: 200, cpuLimit: 4000, memoryRequest: 1024, memoryLimit: 4096, volume: 10),
        weight: 4, requestsPerSecond: 10, concurrentRequests: 16, reminders: 100, voiceNotes: true,
        searchesPerDay: 400, support: .email24Hours)
}
