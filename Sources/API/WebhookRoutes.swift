import Account
import Core
import HTTPSupport
import HTTPTypes
import Hummingbird

/// `/v1/webhook-endpoints`: where the customer's own programs are told of what happens, and what was sent there.
struct WebhookRoutes: Sendable {
    let account: AccountService
    let limits: CustomerLimits

    func add(to router: RouterGroup<AppRequestContext>) {
        router.get("/v1/webhook-endpoints", use: list)
        router.post("/v1/webhook-endpoints", use: create)
        router.patch("/v1/webhook-endpoints/{id}", use: change)
        router.delete("/v1/webhook-endpoints/{id}", use: delete)
        router.post("/v1/webhook-endpoints/{id}/test", use: test)
        router.get("/v1/webhook-endpoints/{id}/deliveries", use: deliveries)
        router.post("/v1/webhook-deliveries/{id}/resend", use: resend)
    }

    @Sendable private func list(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        return try Response(json: ["data": try await account.webhooks(of: customer.id).map { WebhookEndpointBody($0) }])
    }

    private struct NewEndpoint: Decodable {
        let url: String
        let events: [WebhookEvent.Kind]
    }

    /// No key makes it once: an answer that can be given again would be a stored secret.
    @Sendable private func create(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let wanted = try await request.json(as: NewEndpoint.self, context: context)
        let (endpoint, secret) = try await account.newWebhook(
            wanted.url, events: Set(wanted.events), of: customer.id)
        return try Response(json: WebhookEndpointBody(endpoint, secret: secret.reveal()), status: .created)
    }

    private struct Change: Decodable {
        let events: [WebhookEvent.Kind]?
        let isOn: Bool?

        private enum CodingKeys: CodingKey { case events, isOn }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            events = try values.decodeUnlessLeftOut(forKey: .events)
            isOn = try values.decodeUnlessLeftOut(forKey: .isOn)
        }
    }

    @Sendable private func change(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let id = try endpointID(context)
        let wanted = try await request.json(as: Change.self, context: context)
        let endpoint = try await account.changeWebhook(
            id, events: wanted.events.map { Set($0) }, isOn: wanted.isOn, of: customer.id)
        return try Response(json: WebhookEndpointBody(endpoint))
    }

    @Sendable private func delete(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        try await account.deleteWebhook(try endpointID(context), of: customer.id)
        return Response(status: .noContent)
    }

    @Sendable private func test(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let id = try endpointID(context)
        try await limits.webhooks.check(customer.id.rawValue)
        return try Response(
            json: WebhookDeliveryBody(try await account.testWebhook(id, of: customer.id)), status: .accepted)
    }

    @Sendable private func deliveries(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let found = try await account.webhookDeliveries(of: customer.id, to: try endpointID(context))
        return try Response(json: ["data": found.map(WebhookDeliveryBody.init)])
    }

    @Sendable private func resend(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        guard let id = WebhookDelivery.ID(try context.parameters.require("id")) else {
            throw DomainError(.notFound, code: "no_webhook_delivery", "There is no such message. It may be too old.")
        }
        try await limits.webhooks.check(customer.id.rawValue)
        return try Response(
            json: WebhookDeliveryBody(try await account.resendWebhook(id, of: customer.id)), status: .accepted)
    }

    private func endpointID(_ context: AppRequestContext) throws -> WebhookEndpoint.ID {
        guard let id = WebhookEndpoint.ID(try context.parameters.require("id")) else {
            throw DomainError(
                .notFound, code: "no_webhook", "There is no such webhook. It may have been deleted meanwhile.")
        }
        return id
    }
}

/// An endpoint, as the API shows it: its secret only in the answer that makes it.
struct WebhookEndpointBody: Encodable, Sendable {
    let id: WebhookEndpoint.ID
    let url: String
    let events: [WebhookEvent.Kind]
    let isOn: Bool
    let offReason: WebhookEndpoint.OffReason?
    let failingSince: String?
    let createdAt: String
    let secret: String?

    init(_ endpoint: WebhookEndpoint, secret: String? = nil) {
        id = endpoint.id
        url = endpoint.url
        events = WebhookEvent.Kind.choosable.filter(endpoint.events.contains)
        isOn = endpoint.off == nil
        offReason = endpoint.off?.reason
        failingSince = endpoint.failingSince?.description
        createdAt = endpoint.createdAt.description
        self.secret = secret
    }
}

/// A message to an endpoint, as the API shows it.
struct WebhookDeliveryBody: Encodable, Sendable {
    let id: WebhookDelivery.ID
    let event: WebhookEvent.Kind
    let state: WebhookDelivery.State
    let attempts: Int
    let statusCode: Int?
    let fault: WebhookDelivery.Fault?
    let createdAt: String
    let triedAt: String?

    init(_ delivery: WebhookDelivery) {
        id = delivery.id
        event = delivery.event
        state = delivery.state
        attempts = delivery.attempts
        switch delivery.result {
        case .answered(let code): (statusCode, fault) = (code, nil)
        case .fault(let reason): (statusCode, fault) = (nil, reason)
        case nil: (statusCode, fault) = (nil, nil)
        }
        createdAt = delivery.createdAt.description
        triedAt = delivery.triedAt?.description
    }
}
