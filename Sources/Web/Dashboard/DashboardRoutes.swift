import Billing
import Core
import HTTPSupport
import Hummingbird
import Jobs
import Store

/// `/dashboard` and what can be done there.
struct DashboardRoutes: Sendable {
    let site: Site
    let queue: WorkQueue
    let billing: BillingService
    let limits: CustomerLimits
    let views: BoxViews

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/dashboard", use: dashboard)
        group.post("/dashboard/restart", use: restart)
        group.post("/dashboard/release", use: release)
        group.post("/dashboard/reminders/cancel", use: cancelReminder)
        group.post("/dashboard/billing", use: manageBilling)
    }

    private func dashboard(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else { return .redirect(to: "/login") }
        guard let snapshot = try await BoxSnapshot.load(customer.id, from: queue), snapshot.isPaid else {
            return .redirect(to: "/chat")
        }
        return site.response(
            DashboardPage(snapshot, views: views, texts: site.texts(context.language)), context: context)
    }

    private func restart(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        try await limits.restarts.check(customerID.rawValue)
        try await queue.write { work in
            let box = try BoxStore(work.transaction).current(customerID: customerID)
            guard try box.flatMap(work.restart) != nil else {
                throw DomainError(.conflict, code: "not_running", "There is no running agent to restart.")
            }
        }
        return .redirect(to: "/dashboard")
    }

    /// Lets an agent go on that was stopped. One that isn't stopped (any more) goes on anyway.
    private func release(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        try await queue.write { work in
            guard let box = try BoxStore(work.transaction).current(customerID: customerID) else { return }
            _ = try AgentGuardStore(work.transaction).release(box.id, customerID: customerID)
            work.changed(customerID)
        }
        return .redirect(to: "/dashboard")
    }

    private struct CancelFields: Decodable {
        let id: String
    }

    /// One that has come, or was cancelled, meanwhile isn't there any more: that is all that was wanted.
    private func cancelReminder(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        guard let id = Reminder.ID(try await request.form(CancelFields.self, context: context).id) else {
            throw DomainError(.invalid, code: "malformed_form", "A field of the form is missing or malformed.")
        }
        try await queue.write { work in
            _ = try ReminderStore(work.transaction).cancel(id, customerID: customerID, now: work.now)
            work.changed(customerID)
        }
        return .redirect(to: "/dashboard")
    }

    private func manageBilling(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        try await limits.portals.check(customer.id.rawValue)
        return .redirect(to: try await billing.portalURL(for: customer))
    }
}
