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
    let banner: [BillingBanner]
    let invoices: [InvoiceRow]
    let hasInvoices: Bool
    let canChangePlan: Bool

    struct InvoiceRow: Sendable {
        let date: String
        let number: String
        let amount: String
        let status: String
        let url: String?
    }

    init(_ snapshot: BoxSnapshot, views: BoxViews, texts: Texts) {
        let plan = views.plans[snapshot.subscription?.tier ?? snapshot.box.tier]
        status = StatusView(snapshot, views: views, texts: texts)
        causes = CausesView(snapshot.causes, texts: texts)
        usage = UsageView(snapshot, plan: plan, texts: texts)
        banner = [BillingBanner(snapshot, views: views, texts: texts)].compactMap { $0 }
        invoices = snapshot.invoices.prefix(24).map { invoice in
            InvoiceRow(
                date: texts.date(invoice.createdAt), number: invoice.number ?? invoice.id,
                amount: texts.dollars(invoice.total), status: Self.status(invoice, texts),
                url: invoice.pdfURL ?? invoice.url)
        }
        hasInvoices = !invoices.isEmpty
        canChangePlan = snapshot.subscription?.status == .active
        recent = RecentView(snapshot.recentCalls, texts: texts)
        reminders = RemindersView(snapshot, texts: texts)
        self.plan = PlanCard(plan, isRecommended: false, recommendation: "", action: "", texts: texts)
        renewal = Self.renewal(snapshot.subscription, plans: views.plans, now: snapshot.now, texts)
    }

    private static func status(_ invoice: Invoice, _ texts: Texts) -> String {
        switch invoice.status {
        case "paid": texts["invoice_paid"]
        case "void": texts["invoice_void"]
        case "uncollectible": texts["invoice_uncollectible"]
        default: texts["invoice_open"]
        }
    }

    private static func renewal(
        _ subscription: Subscription?, plans: PlanTable, now: Timestamp, _ texts: Texts
    ) -> String {
        guard let subscription else { return texts["dashboard_awaiting"] }
        switch subscription.status {
        case .active, .trialing:
            if let end = subscription.cancelAt { return texts("dashboard_ends", ["date": texts.date(end)]) }
            let next = plans[subscription.nextTier ?? subscription.tier]
            if subscription.nextTier != nil {
                return texts(
                    "dashboard_changes",
                    [
                        "date": texts.date(subscription.periodEnd), "plan": next.name,
                        "price": texts.dollars(next.monthlyPrice),
                    ])
            }
            let values: KeyValuePairs = [
                "date": texts.date(subscription.periodEnd), "price": texts.dollars(next.monthlyPrice),
            ]
            return subscription.status == .trialing ? texts("dashboard_trial", values) : texts("dashboard_renews", values)
        case .pastDue:
            let since = subscription.pastDueSince ?? subscription.periodStart
            let end = since + Subscription.gracePeriod
            return now < end ? texts("dashboard_past_due", ["date": texts.date(end)]) : texts["dashboard_unpaid"]
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
