import Core
import HTTPSupport
import JSON
import Synchronization

extension Toolbox {
    private static let mostResults = 8
    private static let usualResults = 5
    /// Brave takes 400 characters and 50 words.
    private static let longestQuery = 300
    private static let mostWords = 50

    func searchWeb(_ arguments: JSONValue, for agent: ProxyCredential) async throws -> ToolAnswer {
        guard let search else { throw ToolAnswer(error: "There is no search here.") }
        let arguments = try ToolArguments(arguments, known: ["query", "count"])
        let query = try arguments.text("query").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !query.isEmpty else { throw ToolAnswer(error: "\"query\" is empty.") }
        guard query.unicodeScalars.count <= Self.longestQuery, query.split(separator: " ").count <= Self.mostWords else {
            throw ToolAnswer(error: "\"query\" is too long: a few words find more.")
        }
        let count = try arguments.optionalInteger("count") ?? Int64(Self.usualResults)
        guard (1...Int64(Self.mostResults)).contains(count) else {
            throw ToolAnswer(error: "\"count\" must be from 1 to \(Self.mostResults).")
        }
        if let wait = searchLimits[agent.tier]?.take(agent.boxID.rawValue) {
            let minutes = max(1, Int(wait.milliseconds / 60_000) + 1)
            throw ToolAnswer(
                error: "The plan's searches are used up for now. The next one can be made in \(minutes) min. Tell the owner."
            )
        }
        let results = try await search.search(query, count: Int(count), logger: logger)
        return ToolAnswer(SearchText.text(results, query: query))
    }

    /// A tenth of a day's searches at once, and the rest over the day.
    static func searchLimits(_ plans: PlanTable, clock: WallClock) -> [Tier: RateLimiter] {
        Dictionary(
            uniqueKeysWithValues: plans.all.compactMap { plan in
                plan.searchesPerDay.map { day in
                    (
                        plan.tier,
                        RateLimiter(
                            capacity: Double(max(5, day / 10)), refillPerSecond: Double(day) / 86_400, clock: clock)
                    )
                }
            })
    }
}
