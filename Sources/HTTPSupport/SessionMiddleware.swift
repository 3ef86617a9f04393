package import Core
package import Hummingbird

/// Finds out who is signed in. A session that is unknown or has expired counts as none.
package struct SessionMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    /// Longer ones aren't ours; they aren't worth a look-up.
    private static let maximumTokenLength = 128

    private let cookie: SessionCookie
    private let lookup: @Sendable (String) async throws -> Customer?

    /// - Parameter lookup: gives the customer of a session's token.
    package init(cookie: SessionCookie, lookup: @escaping @Sendable (String) async throws -> Customer?) {
        self.cookie = cookie
        self.lookup = lookup
    }

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let token = request.cookies[cookie.name]?.value,
            (1...Self.maximumTokenLength).contains(token.utf8.count), let customer = try await lookup(token)
        else { return try await next(request, context) }
        var context = context
        context.customer = customer
        context.sessionToken = token
        context.language = customer.language
        return try await next(request, context)
    }
}
