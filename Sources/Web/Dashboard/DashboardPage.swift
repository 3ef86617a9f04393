import Core

/// `/dashboard`: how the agent is, what it has used, what it costs.
struct DashboardPage: PageModel {
    static let template = "dashboard"
    static let isForCustomers = true

    let status: StatusView
    let usage: UsageView
    let causes: CausesView
    let recent: RecentView
    let reminders: RemindersView
    let plan: PlanCard
    /// When the plan renews or ends, or what is in the way.
    let renewal: String

    init(_ snapshot: BoxSnapshot, views: BoxViews, texts: Texts) {
        let plan = views.plans[snapshot.subscription?.tier ?? snapshot.box.tier]
        status = StatusView(snapshot, views: views, texts: texts)
        usage = UsageView(snapshot.quota, plan: plan, texts: texts)
        causes = CausesView(snapshot.causes, texts: texts)
        recent = RecentView(snapshot.recentCalls, texts: texts)
        reminders = RemindersView(snapshot, texts: texts)
        self.plan = PlanCard(plan, isRecommended: false, recommendation: "", action: "", texts: texts)
        renewal = Self.renewal(snapshot.subscription, texts)
    }

    private static func renewal(_ subscription: Subscription?, _ texts: Texts) -> String {
        guard let subscription else { return texts["dashboard_awaiting"] }
        switch subscription.status {
        case .active, .trialing:
            if let end = subscription.cancelAt { return texts("dashboard_ends", ["date": texts.date(end)]) }
            return texts("dashboard_renews", ["date": texts.date(subscription.periodEnd)])
        case .pastDue:
            let since = subscription.pastDueSince ?? subscription.periodStart
            return texts("dashboard_past_due", ["date": texts.date(since + Subscription.gracePeriod)])
        case .canceled:
            let end = subscription.endedAt ?? subscription.periodEnd
            return texts(
                "dashboard_ended", ["date": texts.date(end), "until": texts.date(end + Subscription.retention)])
        case .unpaid, .paused:
            return texts["dashboard_unpaid"]
        case .incomplete, .incompleteExpired:
            return texts["dashboard_awaiting"]
        }
    }
}
