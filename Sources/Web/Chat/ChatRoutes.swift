import Billing
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
    let billing: BillingService
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

    /// Nothing is written until something is said: until then the chat is its greeting.
    private func page(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let chosen = plan(request.uri.queryParameters["plan"].map(String.init))
        let messages = try await onboarding.messages(
            for: context.customer, language: context.language, after: 0, chosen: chosen)
        let key = String(UInt128.random(in: 0...UInt128.max), radix: 36)
        return site.response(
            ChatPage(
                messages, progress: try await onboarding.progress(of: context.customer), key: key,
                isOpen: context.customer != nil, chosen: chosen, leftCheckout: try await leftCheckout(request, context),
                plans: plans, texts: site.texts(context.language)), context: context)
    }

    /// The plan that the landing page's button named; one that there isn't is none.
    private func plan(_ name: String?) -> Tier? { name.flatMap(Tier.init) }

    /// The payment page that a customer has come back from without paying.
    private func leftCheckout(_ request: Request, _ context: AppRequestContext) async throws -> Checkout? {
        guard let customer = context.customer,
            let id = request.uri.queryParameters["left"].flatMap({ Checkout.ID(String($0)) }),
            let checkout = try await billing.checkout(id, customerID: customer.id), checkout.completedAt == nil
        else { return nil }
        return checkout
    }

    /// The first message makes a visitor a customer.
    private func say(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let message = try await request.form(VisitorMessage.self, context: context)
        let (text, key) = (try OnboardingService.checked(message.text), try message.checkedKey())
        let (customer, session) = try await speaker(request, context)
        try await onboarding.say(text, clientKey: key, customer: customer, chosen: plan(message.plan))
        var response = request.wantsPage ? Response.redirect(to: "/chat#latest") : Response(status: .noContent)
        if let session {
            response.setCookie(cookie.cookie(token: session.secret, lifetime: IdentityService.sessionLifetime))
        }
        return response
    }

    private func speaker(
        _ request: Request, _ context: AppRequestContext
    ) async throws -> (Customer, AccessToken?) {
        if let customer = context.customer { return (customer, nil) }
        try await limits.checkNewVisitor(context)
        return try await identity.newVisitor(language: context.language, device: request.device)
    }

    /// For programs: the messages after a position, as JSON.
    private func messages(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let messages = try await onboarding.messages(
            for: context.customer, language: context.language, after: try position(request))
        return try Response(json: messages.map { ChatMessageJSON($0, plans: plans) })
    }

    private func events(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let (customer, session) = try context.requireSession()
        let texts = site.texts(context.language)
        let seen = Position(try position(request))
        let (words, stages) = (ShownWords(), ShownWords())
        return .events(
            on: CustomerChanges(notifier: notifier, customerID: customer.id, interval: interval),
            stream: streams.open(session: session, client: context.client), request: request
        ) {
            guard let current = try await identity.customer(sessionToken: session) else { return nil }
            // Everything at once: the page comes again in the language that was switched to.
            guard current.language == texts.language else {
                return [ServerSentEvent(name: "language", data: current.language.rawValue)]
            }
            let draft = try await onboarding.draft(for: customer)
            let messages = try await onboarding.messages(for: customer, language: texts.language, after: seen.value)
            if let last = messages.last { seen.value = last.position }
            let written = messages.isEmpty && words.isNew(draft) ? [ServerSentEvent(name: "draft", data: draft)] : []
            // Every step ahead is spoken of.
            let progress = messages.isEmpty && stages.isAnything ? nil : try await onboarding.progress(of: customer)
            let drawn = progress.map {
                site.fragment(StagesView.template, StagesView($0, texts: texts), language: texts.language)
            }
            return written
                + (drawn.map { stages.isNew($0) ? [ServerSentEvent(name: "stages", data: $0)] : [] } ?? [])
                + messages.map { message in
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
