import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import Identity
import Jobs
import Onboarding
import Store

/// `/chat`: the page, what is said, and what is answered.
struct ChatRoutes: Sendable {
    let site: Site
    let identity: IdentityService
    let onboarding: OnboardingService
    let notifier: any Notifier
    let plans: PlanTable
    let cookie: SessionCookie
    let limits: WebLimits
    let streams: EventStreams
    let interval: Duration

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/chat", use: page)
        group.post("/chat/messages", use: say)
        group.get("/chat/messages", use: messages)
        group.get("/chat/events", use: events)
    }

    /// Opening the chat makes a visitor a customer; asking for its head does not.
    private func page(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        if let customer = context.customer { return try await page(of: customer, context) }
        guard request.method == .get else { return Response(status: .ok) }
        try limits.checkNewVisitor(context)
        let (customer, session) = try await identity.newVisitor(language: context.language)
        var response = try await page(of: customer, context)
        response.setCookie(cookie.cookie(token: session.secret, lifetime: IdentityService.sessionLifetime))
        return response
    }

    private func page(of customer: Customer, _ context: AppRequestContext) async throws -> Response {
        var messages = try await onboarding.messages(for: customer, after: 0)
        if messages.isEmpty {
            _ = try await onboarding.start(for: customer)
            messages = try await onboarding.messages(for: customer, after: 0)
        }
        let key = String(UInt128.random(in: 0...UInt128.max), radix: 36)
        return site.response(
            ChatPage(messages, key: key, plans: plans, texts: site.texts(context.language)), context: context)
    }

    private func say(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else {
            if request.wantsPage { return .redirect(to: "/chat") }
            throw DomainError(.unauthenticated, code: "not_signed_in", "The conversation is over. Open the chat again.")
        }
        let message = try await request.form(VisitorMessage.self, context: context)
        try limits.checkMessage(customer.id)
        try await onboarding.say(message.text, clientKey: try message.checkedKey(), customer: customer)
        return request.wantsPage ? .redirect(to: "/chat#latest") : Response(status: .noContent)
    }

    /// For programs: the messages after a position, as JSON.
    private func messages(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let messages = try await onboarding.messages(for: customer, after: try position(request))
        return try Response(json: messages.map { ChatMessageJSON($0, plans: plans) })
    }

    private func events(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let (customer, session) = try context.requireSession()
        let texts = site.texts(context.language)
        let seen = Position(try position(request))
        return .events(
            on: CustomerChanges(notifier: notifier, customerID: customer.id, interval: interval),
            stream: streams.open(session: session, client: context.client), request: request
        ) {
            guard try await identity.customer(sessionToken: session) != nil else { return nil }
            let messages = try await onboarding.messages(for: customer, after: seen.value)
            if let last = messages.last { seen.value = last.position }
            return messages.map { message in
                let view = ChatMessageView(message, plans: plans, texts: texts)
                return ServerSentEvent(
                    id: String(message.position), name: "message",
                    data: site.fragment(ChatMessageView.template, view, language: texts.language))
            }
        }
    }

    /// Where the client is: what it saw last wins over where its page began.
    private func position(_ request: Request) throws(DomainError) -> Int64 {
        guard let text = request.headers[.lastEventID] ?? request.uri.queryParameters["after"].map(String.init) else {
            return 0
        }
        guard let position = Int64(text), position >= 0 else {
            throw DomainError(
                .invalid, code: "invalid_position", "'after' must be the position of a message, a whole number.")
        }
        return position
    }
}
