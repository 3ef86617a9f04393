import Core
import FoundationEssentials
import HTTPSupport
import JSON
import Jobs
import Logging
import SQL
import Store

/// Does what agents ask for.
struct Toolbox: Sendable {
    let queue: WorkQueue
    let plans: PlanTable
    let logger: Logger
    /// `nil`: the host has no provider.
    let search: WebSearch?
    let searchLimits: [Tier: RateLimiter]
    private let calls: Counter

    init(queue: WorkQueue, plans: PlanTable, search: WebSearch?, metrics: MetricsRegistry, logger: Logger) {
        self.queue = queue
        self.plans = plans
        self.search = search
        searchLimits = Self.searchLimits(plans, clock: queue.clock)
        self.logger = logger
        calls = metrics.counter("agent_tools_calls_total", help: "Calls of the agents' tools, by tool and outcome.")
    }

    func tools(for tier: Tier) -> [Tool] {
        Tool.allCases.filter { $0 != .webSearch || search != nil && plans[tier].searchesPerDay != nil }
    }

    /// Never fails: what goes wrong is an answer, too.
    func call(_ tool: Tool, _ arguments: JSONValue, for agent: ProxyCredential) async -> ToolAnswer {
        let answer: ToolAnswer
        do {
            answer = try await perform(tool, arguments, for: agent)
        } catch let refusal as ToolAnswer {
            answer = refusal
        } catch {
            logger.error("a tool failed", metadata: ["tool": "\(tool.name)", "error": "\(error)"])
            answer = ToolAnswer(error: "This doesn't work right now. Tell the owner, and try again in a minute.")
        }
        calls.increment(labels: ["tool": tool.name, "outcome": answer.isError ? "error" : "ok"])
        return answer
    }

    private func perform(_ tool: Tool, _ arguments: JSONValue, for agent: ProxyCredential) async throws -> ToolAnswer {
        switch tool {
        case .remindersSet: try await setReminder(arguments, for: agent)
        case .remindersList: try await listReminders(arguments, for: agent)
        case .remindersCancel: try await cancelReminder(arguments, for: agent)
        case .usageLeft: try await usageLeft(arguments, for: agent)
        case .timeZoneSet: try await setTimeZone(arguments, for: agent)
        case .webSearch: try await searchWeb(arguments, for: agent)
        }
    }

    private func usageLeft(_ arguments: JSONValue, for agent: ProxyCredential) async throws -> ToolAnswer {
        _ = try ToolArguments(arguments, known: [])
        let now = queue.clock.now
        let (box, quota, causes, forecast) = try await queue.database.read { transaction in
            let usage = UsageStore(transaction)
            let quota = try usage.quota(customerID: agent.customerID, at: now)
            return (
                try BoxStore(transaction).find(agent.boxID, customerID: agent.customerID), quota,
                try quota.map { try usage.causes(customerID: agent.customerID, periodStart: $0.periodStart) } ?? [],
                try quota.flatMap { try usage.forecast($0, customerID: agent.customerID, at: now) }
            )
        }
        guard let box, let quota else { return ToolAnswer("This month's allowance isn't known yet.") }
        let left = max(0, quota.limit - quota.used)
        let percent = quota.limit > 0 ? left * 100 / quota.limit : 0
        return ToolAnswer(
            "\(left) of \(quota.limit) units are left (\(percent) %). "
                + "A new month begins on \(LocalTime(quota.periodEnd, in: box.zone)) (\(box.zoneName))."
                + Self.howLong(forecast, in: box.zone) + Self.whatUsedIt(causes))
    }

    private static func howLong(_ forecast: UsageForecast?, in zone: TimeZone) -> String {
        switch forecast {
        case .until(let end): " At the pace of the last days they last until \(LocalTime(end, in: zone))."
        case .toTheEnd: " At the pace of the last days they last until then."
        case nil: ""
        }
    }

    private static func whatUsedIt(_ causes: [CauseUse]) -> String {
        guard !causes.isEmpty else { return "" }
        let parts = causes.map { use in
            let name =
                switch use.cause {
                case .message: "answers to messages"
                case .tool: "further steps with tools"
                case .resumed: "going on after restarts"
                case .background: "summing up and other work by itself"
                case .transcription: "voice notes"
                case nil: "not told apart"
                }
            return "\(name) \(use.units)"
        }
        let messages = causes.messages
        return " \(messages.count) messages were answered, about \(messages.unitsEach) units each. "
            + "Used for: \(parts.joined(separator: ", "))."
    }

    private func setTimeZone(_ arguments: JSONValue, for agent: ProxyCredential) async throws -> ToolAnswer {
        let name = try ToolArguments(arguments, known: ["zone"]).text("zone")
        guard let zone = TimeZone.named(name) else {
            throw ToolAnswer(
                error: "There is no time zone \"\(name.prefix(64))\". Give the IANA name for the owner's place, such as "
                    + "America/Sao_Paulo or Europe/Berlin.")
        }
        let (reminders, now) = try await queue.write { work in
            let reminders = try ReminderStore(work.transaction).setTimeZone(
                name, boxID: agent.boxID, customerID: agent.customerID)
            if let next = reminders.map(\.occursAt).min() { try work.enqueueReminders(at: next) }
            work.changed(agent.customerID)
            return (reminders, work.now)
        }
        let kept = reminders.isEmpty ? "" : " The waiting reminders keep their local times."
        return ToolAnswer("The time zone is \(name), where it is \(LocalTime(now, in: zone)).\(kept)")
    }
}

extension Box {
    /// For people and models.
    var zoneName: String { timeZone ?? "UTC" }
}
