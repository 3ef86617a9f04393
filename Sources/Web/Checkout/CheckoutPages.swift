import Core

/// `/checkout/<id>` until Stripe has answered.
struct CheckoutWaitingPage: PageModel {
    static let template = "checkout_waiting"
}

/// Where Stripe leads those back who have no session here: they paid out of the chat on Telegram, or on another device.
struct CheckoutAwayPage: PageModel {
    static let template = "checkout_away"
}

/// `/checkout/<id>/done`: from the payment to the agent's first hello.
struct CheckoutDonePage: PageModel {
    static let template = "checkout_done"
    static let isForCustomers = true

    let steps: [ProgressView.Step]
    let isOnline: Bool
    let heading: String
    let botURL: String?

    init(_ progress: ProgressView) {
        steps = progress.steps
        isOnline = progress.isOnline
        heading = progress.heading
        botURL = progress.botURL
    }
}

/// How far the agent has come: the `progress` part of that page.
struct ProgressView: Sendable {
    static let template = "progress"

    let steps: [Step]
    let isOnline: Bool
    let heading: String
    let botURL: String?

    struct Step: Sendable {
        /// `done`, `active`, `waiting` or `failed`.
        let state: String
        let title: String
        let note: String
    }

    init(_ snapshot: BoxSnapshot, views: BoxViews, texts: Texts) {
        let box = snapshot.box
        let plan = views.plans[snapshot.checkout?.tier ?? box.tier]
        let hasFailed = box.status == .failed
        isOnline = snapshot.isOnline
        heading = isOnline ? texts("done_heading", ["agent": box.agentName]) : texts["done_title"]
        botURL = views.botURL(box)
        steps = [
            Self.payment(snapshot, plan, texts),
            Step(
                state: isOnline ? "done" : !snapshot.isPaid ? "waiting" : hasFailed ? "failed" : "active",
                title: isOnline ? texts["step_box_done"] : texts["step_box"],
                note: hasFailed ? texts["step_box_failed"] : texts["step_box_note"]),
            Step(
                state: isOnline ? "done" : "waiting",
                title: isOnline ? texts["step_online_done"] : texts["step_online"],
                note: box.bot.map { texts("step_online_note", ["bot": "@" + $0.username]) }
                    ?? texts["step_online_note_plain"]),
        ]
    }

    private static func payment(_ snapshot: BoxSnapshot, _ plan: Plan, _ texts: Texts) -> Step {
        guard snapshot.isPaid else {
            return Step(state: "active", title: texts["step_paid_pending"], note: texts["step_paid_waiting"])
        }
        let price = texts.dollars(plan.monthlyPrice)
        guard let subscription = snapshot.subscription, subscription.status == .trialing else {
            return Step(
                state: "done", title: texts["step_paid"],
                note: texts("step_paid_note", ["plan": plan.name, "price": price]))
        }
        return Step(
            state: "done", title: texts["step_trial"],
            note: texts(
                "step_trial_note", ["plan": plan.name, "date": texts.date(subscription.periodEnd), "price": price]))
    }
}
