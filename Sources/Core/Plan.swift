package import FoundationEssentials

/// Everything a tier promises and costs: the one place that the site, the proxy, the operator and the docs read.
package struct Plan: Sendable, Hashable, Codable {
    package let tier: Tier
    package let name: String
    /// US cents a month.
    package let monthlyPrice: Int
    /// Units a month, see ``UnitWeights``; a hard limit.
    package let monthlyUnits: Int
    /// About how many messages a day that is, as people are told.
    package let dailyMessages: Int
    /// US cents per million units beyond the limit, for those who opt in.
    package let overagePrice: Int
    package let telegramUsers: Int
    /// `off`, `low`, `medium` or `high`, as OpenClaw's `thinkingDefault` takes it.
    package let thinking: String
    /// Tokens of the conversation that a call carries at most; older words are summed up.
    package let contextTokens: Int
    /// Minutes of silence after which a new conversation begins; `nil`: each day at four.
    package var conversationIdleMinutes: Int?
    /// Minutes of silence after which nothing of the agent is kept running; `nil`: never.
    package var sleepAfterMinutes: Int?
    /// Whether the customer may write instructions for the agent.
    package let ownInstructions: Bool
    package let resources: Resources
    /// Share of the upstream in the fair queue.
    package let weight: Int
    package let requestsPerSecond: Int
    /// Requests that may come at once after a pause; `nil`: a second's worth.
    package var requestBurst: Int?
    package let concurrentRequests: Int
    /// How many may wait at a time.
    package let reminders: Int
    /// Whether voice notes are written down, where the host has somebody to do it.
    package var voiceNotes: Bool?
    /// How often the agent may search the web a day, where the host has a provider; `nil`: not at all.
    package var searchesPerDay: Int?
    package let support: Support

    package struct Resources: Sendable, Hashable, Codable {
        /// Thousandths of a core.
        package let cpuRequest: Int
        package let cpuLimit: Int
        /// MiB.
        package let memoryRequest: Int
        package let memoryLimit: Int
        /// GiB.
        package let volume: Int
    }

    /// Units that a period has whose invoice isn't paid, beside what is left of the period before: a day's share.
    package var graceUnits: Int { monthlyUnits / 30 }

    package enum Support: String, Sendable, Hashable, Codable {
        case community
        case email48Hours = "email-48h"
        case email24Hours = "email-24h"
    }
}

/// The plans on sale, one per tier.
package struct PlanTable: Sendable, Hashable {
    private let plans: [Tier: Plan]
    /// On which terms they are sold.
    package var terms = SaleTerms()

    /// In the order of price.
    package var all: [Plan] { plans.values.sorted { $0.monthlyPrice < $1.monthlyPrice } }

    package subscript(tier: Tier) -> Plan {
        // The initialisers admit only tables that have every tier.
        plans[tier]!
    }

    /// - Throws: ``DomainError`` with the code `invalid_plans`, naming every fault.
    package init(_ list: [Plan]) throws(DomainError) {
        var faults: [String] = []
        for tier in Tier.allCases where list.count(where: { $0.tier == tier }) != 1 {
            faults.append("\(tier.rawValue) must stand in the table exactly once")
        }
        for plan in list {
            let figures = [
                plan.monthlyPrice, plan.monthlyUnits, plan.dailyMessages, plan.telegramUsers, plan.weight,
                plan.requestsPerSecond, plan.requestBurst ?? 1, plan.concurrentRequests, plan.contextTokens,
                plan.conversationIdleMinutes ?? 1, plan.sleepAfterMinutes ?? 1, plan.reminders, plan.searchesPerDay ?? 1,
                plan.resources.cpuLimit,
                plan.resources.memoryLimit,
                plan.resources.volume,
            ]
            if figures.contains(where: { $0 <= 0 }) {
                faults.append("\(plan.tier.rawValue) has a figure that is not above zero")
            }
            if plan.resources.cpuRequest > plan.resources.cpuLimit
                || plan.resources.memoryRequest > plan.resources.memoryLimit
            {
                faults.append("\(plan.tier.rawValue) requests more than its limit")
            }
        }
        guard faults.isEmpty else {
            throw DomainError(
                .invalid, code: "invalid_plans", "The table of plans is wrong: \(faults.joined(separator: "; ")).")
        }
        plans = Dictionary(uniqueKeysWithValues: list.map { ($0.tier, $0) })
    }

    /// - Parameter json: an array of ``Plan`` objects.
    /// - Throws: ``DomainError`` with the code `invalid_plans`.
    package init(json: Data) throws(DomainError) {
        let list: [Plan]
        do {
            list = try JSONDecoder().decode([Plan].self, from: json)
        } catch {
            throw DomainError(.invalid, code: "invalid_plans", "The table of plans can't be read: \(error)")
        }
        try self.init(list)
    }
}
