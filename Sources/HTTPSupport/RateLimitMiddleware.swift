import Core
package import Hummingbird

/// Refuses with 429 who asks too often: a customer, or else an address.
package struct RateLimitMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    private let limit: RateLimit

    /// - Parameter limit: is asked with the customer's id, or with the client's address.
    package init(_ limit: RateLimit) {
        self.limit = limit
    }

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        try await limit.check(context.customer?.id.rawValue ?? context.client)
        return try await next(request, context)
    }
}
