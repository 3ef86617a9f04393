import Account
import Core
import HTTPSupport
import HTTPTypes
import Hummingbird

/// Programs show a token of their customer's instead of a session: `Authorization: Bearer ocu_…`.
struct TokenMiddleware: RouterMiddleware {
    typealias Context = AppRequestContext

    let account: AccountService

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let header = request.headers[.authorization] else { return try await next(request, context) }
        let words = header.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer", words[1].hasPrefix(APIToken.prefix),
            words[1].utf8.count <= 128, let found = try await account.customer(apiToken: String(words[1]))
        else {
            throw HTTPError(
                .unauthorized, headers: [.wwwAuthenticate: "Bearer"],
                message: "This token is unknown or was deleted. Make one on the page of your account.")
        }
        guard found.scope == .write || request.method == .get || request.method == .head else {
            throw DomainError(
                .forbidden, code: "read_only_token", "This token may only look. Make one that may change things, too.")
        }
        var context = context
        context.customer = found.customer
        // What asks for a browser's session isn't for programs.
        context.sessionToken = nil
        context.language = found.customer.language
        return try await next(request, context)
    }
}

extension AppRequestContext {
    /// - Returns: who is signed in with a browser.
    /// - Throws: `DomainError` with the code `not_signed_in` or `session_required`.
    func requireBrowser() throws(DomainError) -> Customer {
        let customer = try requireCustomer()
        guard sessionToken != nil else {
            throw DomainError(.forbidden, code: "session_required", "A program's token can't do this. Sign in on the site.")
        }
        return customer
    }
}
