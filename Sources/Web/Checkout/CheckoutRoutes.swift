import Billing
import Core
import HTTPSupport
import Hummingbird
import Jobs

/// `/checkout/<id>`: to Stripe's page and back. What was paid, only Stripe can say: nothing here fulfils anything.
struct CheckoutRoutes: Sendable {
    let site: Site
    let queue: WorkQueue
    let billing: BillingService
    let limits: CustomerLimits
    let views: BoxViews

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/checkout/:id", use: pay)
        group.get("/checkout/:id/done", use: done)
        group.get("/checkout/:id/left", use: left)
    }

    private func pay(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else { return .redirect(to: "/login") }
        let checkout = try await billing.reopened(try await checkout(context, customer), in: context.language)
        if checkout.completedAt != nil { return .redirect(to: "/checkout/\(checkout.id)/done") }
        if let url = checkout.url { return .redirect(to: url) }
        return site.response(CheckoutWaitingPage(), context: context)
    }

    private func done(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else { return site.response(CheckoutAwayPage(), context: context) }
        let checkout = try await checkout(context, customer)
        do {
            try await limits.confirmations.check(customer.id.rawValue)
            _ = try await billing.confirm(checkout.id, customerID: customer.id)
        } catch let error as DomainError where error.kind == .unavailable || error.kind == .limited {
            // Stripe's event will come; until then the page says that it is being waited for.
        }
        guard let snapshot = try await BoxSnapshot.load(customer.id, from: queue) else { throw Self.unknown }
        // A trial that wasn't given: the dashboard says what can be done.
        if snapshot.hasEnded { return .redirect(to: "/dashboard") }
        let progress = ProgressView(snapshot, views: views, texts: site.texts(context.language))
        return site.response(CheckoutDonePage(progress), context: context)
    }

    /// Stripe leads here who goes back without paying: the chat offers the page again.
    private func left(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else { return site.response(CheckoutAwayPage(), context: context) }
        let checkout = try await checkout(context, customer)
        return .redirect(to: checkout.completedAt == nil ? "/chat?left=\(checkout.id)#latest" : "/chat")
    }

    private func checkout(_ context: AppRequestContext, _ customer: Customer) async throws -> Checkout {
        guard let id = context.parameters.get("id").flatMap(Checkout.ID.init),
            let checkout = try await billing.checkout(id, customerID: customer.id)
        else { throw Self.unknown }
        return checkout
    }

    private static let unknown = DomainError(
        .notFound, code: "checkout_not_found", "There is no such checkout. Go back to the chat to start one.")
}
