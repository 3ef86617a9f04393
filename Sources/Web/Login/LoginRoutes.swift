import Core
import HTTPSupport
import HTTPTypes
import HostDesk
import Hummingbird
import Identity
import Store

/// `/login`, the links that are mailed, and `/logout`.
struct LoginRoutes: Sendable {
    let site: Site
    let identity: IdentityService
    let cookie: SessionCookie
    let limits: WebLimits
    let streams: EventStreams
    let host: HostAccess

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/login") { _, context in
            site.response(LoginPage(email: "", fault: nil), context: context)
        }
        group.post("/login", use: sendLink)
        group.get("/login/:token", use: confirm)
        group.post("/login/:token", use: signIn)
        group.post("/logout", use: signOut)
        group.post("/logout/everywhere", use: signOutEverywhere)
    }

    private struct Address: Decodable {
        let email: String
    }

    private func sendLink(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let input = try await request.form(Address.self, context: context).email
        try await limits.checkLogin(context)
        let texts = site.texts(context.language)
        let address: EmailAddress
        do {
            address = try EmailAddress(input)
        } catch {
            guard request.wantsPage else { throw error }
            let fault = error.code == "unmailable_email" ? texts["login_unmailable"] : texts["login_invalid"]
            return site.response(
                LoginPage(email: input, fault: fault), status: .badRequest, context: context)
        }
        try await limits.checkMail(to: address)
        try await identity.requestMagicLink(email: address, language: context.language)
        return site.response(LoginSentPage(message: texts("login_sent_text", ["email": address.text])), context: context)
    }

    private func confirm(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let token = try token(context)
        guard try await identity.magicLinkIsOpen(token: token) else {
            if let link = try await link(token, context) { return .redirect(to: place(link)) }
            throw DomainError(
                .gone, code: "magic_link_expired",
                "This link has expired or was used already. Ask for a new one on the sign-in page.")
        }
        return site.response(LoginConfirmPage(token: token), context: context)
    }

    private func signIn(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let token = try token(context)
        let session: AccessToken
        do {
            session = try await identity.signIn(magicLinkToken: token, former: context.sessionToken, device: request.device)
        } catch let error as DomainError where error.kind == .gone {
            guard let link = try await link(token, context) else { throw error }
            return .redirect(to: place(link))
        }
        if let former = context.sessionToken { streams.end(session: former) }
        let isHost = host.person(try await identity.customer(sessionToken: session.secret.reveal())) != nil
        let place = try await identity.magicLink(token).map(place) ?? "/dashboard"
        var response = Response.redirect(to: isHost ? "/host" : place)
        response.setCookie(cookie.cookie(token: session.secret, lifetime: IdentityService.sessionLifetime))
        return response
    }

    /// A second press of the same link leads to the same place.
    /// - Returns: `nil` if the link isn't of whoever is signed in.
    private func link(_ token: String, _ context: AppRequestContext) async throws -> MagicLink? {
        guard let customer = context.customer, let link = try await identity.magicLink(token),
            link.customerID == customer.id
        else { return nil }
        return link
    }

    /// On Telegram a link is asked for from the chat, to go on with it on the page.
    private func place(_ link: MagicLink) -> String { link.sentBy == .telegram ? "/chat#latest" : "/dashboard" }

    private func signOutEverywhere(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await identity.endAllSessions(of: try context.requireCustomer().id)
        return try await signOut(request, context)
    }

    private func signOut(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        if let token = context.sessionToken {
            try await identity.endSession(token)
            streams.end(session: token)
        }
        var response = Response.redirect(to: "/")
        response.setCookie(cookie.expired())
        return response
    }

    private func token(_ context: AppRequestContext) throws -> String {
        try context.parameters.require("token")
    }
}
