import Account
import Core
import HTTPSupport
import HTTPTypes
import Hummingbird

/// `/account/webhooks` and what can be done there.
struct WebhookRoutes: Sendable {
    let site: Site
    let account: AccountService
    let limits: CustomerLimits

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/account/webhooks", use: show)
        group.post("/account/webhooks", use: create)
        group.post("/account/webhooks/test", use: test)
        group.post("/account/webhooks/switch", use: switchIt)
        group.post("/account/webhooks/delete", use: delete)
        group.post("/account/webhooks/resend", use: resend)
    }

    private func show(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else { return .redirect(to: "/login") }
        return try await page(of: customer, context)
    }

    private func page(
        of customer: Customer, _ context: AppRequestContext, news: WebhooksPage.News = .init(),
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let model = WebhooksPage(
            try await account.webhooks(of: customer.id), try await account.webhookDeliveries(of: customer.id), news: news,
            texts: site.texts(context.language))
        return site.response(model, status: status, context: context)
    }

    /// The answer is the page itself: a secret that is shown once can't stand behind another address.
    private func create(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let fields = try await request.form([String: String].self, context: context)
        let url = fields["url"] ?? ""
        let events = Set(WebhookEvent.Kind.choosable.filter { fields[$0.rawValue] != nil })
        let texts = site.texts(context.language)
        do {
            let secret = try await account.newWebhook(url, events: events, of: customer.id).secret
            return try await page(of: customer, context, news: .init(secret: secret))
        } catch let error as DomainError where error.kind == .invalid || error.kind == .conflict {
            let fault =
                switch error.code {
                case "invalid_webhook_events": texts["webhooks_fault_events"]
                case "too_many_webhooks":
                    texts("webhooks_full", ["most": texts.number(WebhookEndpoint.mostOfOneCustomer)])
                default: texts["webhooks_fault_url"]
                }
            return try await page(
                of: customer, context, news: .init(fault: fault, url: url, events: events), status: .badRequest)
        }
    }

    private struct Subject: Decodable {
        let id: WebhookEndpoint.ID
    }

    private func test(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        let id = try await request.form(Subject.self, context: context).id
        try await limits.webhooks.check(customerID.rawValue)
        _ = try await account.testWebhook(id, of: customerID)
        return .redirect(to: "/account/webhooks")
    }

    private struct Switch: Decodable {
        let id: WebhookEndpoint.ID
        let on: Int
    }

    private func switchIt(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        let wanted = try await request.form(Switch.self, context: context)
        _ = try await account.changeWebhook(wanted.id, events: nil, isOn: wanted.on == 1, of: customerID)
        return .redirect(to: "/account/webhooks")
    }

    private func delete(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        try await account.deleteWebhook(try await request.form(Subject.self, context: context).id, of: customerID)
        return .redirect(to: "/account/webhooks")
    }

    private struct Message: Decodable {
        let id: WebhookDelivery.ID
    }

    private func resend(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        let id = try await request.form(Message.self, context: context).id
        try await limits.webhooks.check(customerID.rawValue)
        _ = try await account.resendWebhook(id, of: customerID)
        return .redirect(to: "/account/webhooks")
    }
}
