import Core

/// What stands in the way of the agent, with the one thing to do about it.
struct BillingBanner: Sendable {
    /// `bad` or `near`.
    let tone: String
    let text: String
    let label: String
    /// Where the button leads; `nil` where it posts to `action`.
    let link: String?
    let action: String?

    /// - Returns: `nil` where nothing does.
    init?(_ snapshot: BoxSnapshot, views: BoxViews, texts: Texts) {
        guard let subscription = snapshot.subscription else { return nil }
        if let banner = Self(ended: subscription, snapshot, texts) ?? Self(unpaid: subscription, snapshot, texts)
            ?? Self(usedUp: snapshot, views, texts)
        {
            self = banner
        } else {
            return nil
        }
    }

    private init(tone: String, text: String, label: String, link: String? = nil, action: String? = nil) {
        self.tone = tone
        self.text = text
        self.label = label
        self.link = link
        self.action = action
    }

    private init?(ended subscription: Subscription, _ snapshot: BoxSnapshot, _ texts: Texts) {
        guard snapshot.hasEnded, let end = subscription.endedAt else { return nil }
        self.init(
            tone: "near",
            text: texts(
                "dashboard_ended", ["date": texts.date(end), "until": texts.date(end + Subscription.retention)]),
            label: texts("banner_bring_back", ["agent": snapshot.box.agentName]), action: "/dashboard/return")
    }

    private init?(unpaid subscription: Subscription, _ snapshot: BoxSnapshot, _ texts: Texts) {
        if let withdrawal = subscription.withdrawal {
            self.init(
                tone: "bad", text: withdrawal == .refunded ? texts["banner_refunded"] : texts["banner_disputed"],
                label: texts["dashboard_billing"], action: "/dashboard/billing")
            return
        }
        guard let since = subscription.pastDueSince, subscription.status != .active || snapshot.box.desired == .suspended
        else { return nil }
        let end = since + Subscription.gracePeriod
        self.init(
            tone: "bad",
            text: snapshot.now < end
                ? texts("banner_past_due", ["date": texts.date(end)]) : texts("banner_paused", ["date": texts.date(end)]),
            label: texts["banner_pay"], link: subscription.paymentURL,
            action: subscription.paymentURL == nil ? "/dashboard/billing" : nil)
    }

    private init?(usedUp snapshot: BoxSnapshot, _ views: BoxViews, _ texts: Texts) {
        guard snapshot.isUsedUp, let quota = snapshot.quota else { return nil }
        if snapshot.subscription?.status == .trialing {
            self.init(
                tone: "near", text: texts("banner_trial_used_up", ["date": texts.date(quota.periodEnd)]), label: "")
            return
        }
        let isTop = snapshot.box.tier == views.plans.all.last?.tier
        let text = texts("banner_used_up", ["date": texts.date(quota.periodEnd)])
        self.init(
            tone: "near", text: isTop ? text : text + " " + texts["banner_larger_plan"],
            label: isTop ? "" : texts["plan_change"], link: isTop ? nil : "/dashboard/plan")
    }
}

/// The `banner` part of the dashboard: empty where there is no banner.
struct BannerPart: Sendable {
    static let template = "banner_part"

    let banner: [BillingBanner]

    init(_ banner: BillingBanner?) {
        self.banner = [banner].compactMap { $0 }
    }
}
