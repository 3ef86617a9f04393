import Core
import FoundationEssentials

/// Turns a snapshot into what the dashboard and the progress page show of it.
struct BoxViews: Sendable {
    let plans: PlanTable
    /// `https://t.me`, or what stands in for it.
    let telegramLinkBase: String

    /// Telegram's address of the agent.
    func botURL(_ box: Box) -> String? {
        box.bot.map { "\(telegramLinkBase)/\($0.username)" }
    }
}

/// How the agent is: the `status` part of the dashboard.
struct StatusView: Sendable {
    static let template = "status"

    let agentName: String
    /// `good`, `busy` or `bad`; empty for none of these.
    let tone: String
    let label: String
    let detail: String
    /// How it has been; `nil` if there is nothing to tell.
    let history: String?
    let botURL: String?
    let canRestart: Bool
    /// Whether it was stopped, and its owner can let it go on.
    let canRelease: Bool

    init(_ snapshot: BoxSnapshot, views: BoxViews, texts: Texts) {
        let box = snapshot.box
        agentName = box.agentName
        botURL = snapshot.isPaid && box.desired == .running ? views.botURL(box) : nil
        history = Self.history(box, texts)
        canRestart = box.desired == .running && (box.status == .running || box.status == .failed)
        canRelease = snapshot.hold != nil && box.desired == .running
        (tone, label, detail) =
            switch (box.desired, box.status) {
            case (.running, _) where snapshot.hold != nil:
                ("bad", texts["status_held"], Self.holdDetail(snapshot, texts))
            case (.draft, _): ("busy", texts["status_draft"], texts["status_draft_detail"])
            case (.deleted, _): ("", texts["status_deleted"], "")
            case (.suspended, _): ("", texts["status_suspended"], texts["status_suspended_detail"])
            case (.running, .failed):
                ("bad", texts["status_failed"], box.message?.text[texts.language] ?? texts["status_failed_detail"])
            case (.running, .running) where box.observedGeneration < box.generation:
                ("busy", texts["status_restarting"], texts["status_restarting_detail"])
            case (.running, .running) where snapshot.isUsedUp:
                (
                    "busy",
                    texts("status_used_up", ["date": snapshot.quota.map { texts.date($0.periodEnd) } ?? ""]),
                    texts["status_used_up_detail"]
                )
            case (.running, .running):
                ("good", texts["status_running"], box.message?.text[texts.language] ?? Self.runningDetail(box, texts))
            case (.running, _) where box.readyAt != nil:
                ("busy", texts["status_restarting"], texts["status_restarting_detail"])
            case (.running, _): ("busy", texts["status_provisioning"], texts["status_provisioning_detail"])
            }
    }

    /// When its owner had the agent restarted, how often it came back by itself, and, while it doesn't answer, when it last did.
    private static func history(_ box: Box, _ texts: Texts) -> String? {
        guard box.desired == .running else { return nil }
        var parts: [String] = []
        if box.runs, let restartedAt = box.restartedAt {
            parts.append(texts("status_restarted_at", ["when": texts.moment(restartedAt)]))
        }
        if box.restarts == 1 { parts.append(texts["status_restarted_once"]) }
        if box.restarts > 1 { parts.append(texts("status_restarted", ["times": texts.number(Int(box.restarts))])) }
        if box.status != .running, let seenAt = box.seenAt {
            parts.append(texts("status_seen", ["when": texts.moment(seenAt)]))
        }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    private static func holdDetail(_ snapshot: BoxSnapshot, _ texts: Texts) -> String {
        let name = snapshot.box.agentName
        return switch snapshot.hold?.reason {
        case .manyCalls: texts("status_held_many_calls", ["name": name, "calls": String(AgentHold.mostCalls)])
        case .unasked: texts("status_held_unasked", ["name": name])
        case nil: ""
        }
    }

    private static func runningDetail(_ box: Box, _ texts: Texts) -> String {
        guard let bot = box.bot else { return texts["status_running_detail_plain"] }
        return texts("status_running_detail", ["bot": "@" + bot.username])
    }
}

/// What of the plan is used: the `usage` part of the dashboard.
struct UsageView: Sendable {
    static let template = "usage"

    let used: String
    let limit: String
    let remaining: String
    let resets: String
    /// Whole percent, rounded down.
    let percent: Int
    let percentText: String
    let hasUsage: Bool
    /// Whether there is a month to show.
    var isShown = true
    /// How long the units last; `nil` where that can't be told.
    var forecast: String?
    /// Thousandths of the gauge.
    let arc: Int
    /// `near` from 80 % on, `full` when nothing is left.
    let level: String
    /// Read out instead of the gauge.
    let summary: String

    init(_ snapshot: BoxSnapshot, plan: Plan, texts: Texts) {
        self.init(snapshot.quota, plan: plan, texts: texts)
        isShown = !snapshot.hasEnded
        if snapshot.box.desired == .running {
            forecast = snapshot.forecast.map { Self.forecast($0, zone: snapshot.box.zone, texts) }
        }
    }

    private static func forecast(_ forecast: UsageForecast, zone: TimeZone, _ texts: Texts) -> String {
        switch forecast {
        case .until(let end): texts("usage_lasts_until", ["date": texts.dayAndMonth(end, in: zone)])
        case .toTheEnd: texts["usage_lasts"]
        }
    }

    /// - Parameter quota: `nil` before the first period has begun.
    init(_ quota: Quota?, plan: Plan, texts: Texts) {
        let usedUnits = quota?.used ?? 0
        let limitUnits = quota?.limit ?? plan.monthlyUnits
        let fraction = quota?.fractionUsed ?? 0
        used = texts.number(usedUnits)
        limit = texts.number(limitUnits)
        remaining = texts.number(max(0, limitUnits - usedUnits))
        resets = quota.map { texts.date($0.periodEnd) } ?? "–"
        percent = Int(fraction * 100)
        percentText = usedUnits > 0 && percent == 0 ? "<1%" : "\(percent)%"
        hasUsage = usedUnits > 0
        arc = max(1, Int(fraction * 1000))
        level = fraction >= 1 ? "full" : fraction >= 0.8 ? "near" : ""
        summary = texts("usage_summary", ["used": used, "limit": limit])
    }
}

/// The last calls: the `recent` part of the dashboard.
struct RecentView: Sendable {
    static let template = "recent"

    let calls: [Call]
    let hasCalls: Bool

    struct Call: Sendable {
        let timestamp: String
        let when: String
        let input: String
        let cached: String
        let output: String
        let units: String
        let interrupted: Bool
    }

    init(_ events: [UsageEvent], texts: Texts) {
        calls = events.map { event in
            Call(
                timestamp: event.createdAt.description, when: texts.moment(event.createdAt),
                input: texts.number(event.usage.input), cached: texts.number(event.usage.cached),
                output: texts.number(event.usage.output), units: texts.number(event.usage.units),
                interrupted: event.interrupted)
        }
        hasCalls = !calls.isEmpty
    }
}
