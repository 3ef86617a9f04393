import Core
import Jobs
import SQL
import Store

/// Everything that a customer sees of their box, at one moment.
struct BoxSnapshot: Sendable {
    let box: Box
    let checkout: Checkout?
    var subscription: Subscription?
    let quota: Quota?
    /// The youngest first.
    let recentCalls: [UsageEvent]
    /// When this was so.
    var now = Timestamp(milliseconds: 0)
    /// The youngest first.
    var invoices: [Invoice] = []
    /// The next one first.
    var reminders: [Reminder] = []
    /// Those that ended without having come, the last one first.
    var failedReminders: [Reminder] = []

    /// What has used the period, the dearest first.
    var causes: [CauseUse] = []
    /// Whether what is left of the period lasts; `nil` where that can't be told.
    var forecast: UsageForecast?
    /// Why the agent was stopped; `nil` if it wasn't.
    var hold: AgentHold?

    private static let numberOfCalls = 10

    /// - Returns: `nil` if the customer has no box.
    /// - Throws: `SQLError`.
    static func load(_ customerID: Customer.ID, from queue: WorkQueue) async throws -> BoxSnapshot? {
        let now = queue.clock.now
        return try await queue.database.read { transaction in
            guard let box = try BoxStore(transaction).current(customerID: customerID) else { return nil }
            let billing = BillingStore(transaction)
            let usage = UsageStore(transaction)
            let reminders = ReminderStore(transaction)
            let quota = try usage.quota(customerID: customerID, at: now)
            return BoxSnapshot(
                box: box, checkout: try billing.latestCheckout(customerID: customerID),
                subscription: try billing.subscription(boxID: box.id, customerID: customerID),
                quota: quota,
                recentCalls: try usage.recentEvents(customerID: customerID, limit: numberOfCalls),
                now: now, invoices: try billing.invoices(customerID: customerID),
                reminders: try reminders.waiting(boxID: box.id, customerID: customerID),
                failedReminders: try reminders.failed(boxID: box.id, customerID: customerID),
                causes: try quota.map { try usage.causes(customerID: customerID, periodStart: $0.periodStart) } ?? [],
                forecast: try quota.flatMap { try usage.forecast($0, customerID: customerID, at: now) },
                hold: try AgentGuardStore(transaction).hold(of: box.id, customerID: customerID))
        }
    }

    /// Whether the payment has arrived; the box is then more than a plan.
    var isPaid: Bool { box.desired != .draft || checkout?.completedAt != nil }

    /// Whether the subscription is over, and the data are still there.
    var hasEnded: Bool { subscription?.status == .canceled && box.desired == .suspended }

    /// Whether so little is left of the month that the agent answers nothing any more: less than a hundredth.
    var isUsedUp: Bool {
        box.desired == .running && quota?.isUsedUp == true
    }

    /// Whether the agent answers, as it is wanted now.
    var isOnline: Bool { box.desired == .running && box.status == .running }
}
