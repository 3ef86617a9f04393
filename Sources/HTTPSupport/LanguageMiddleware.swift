import Core
import HTTPTypes
package import Hummingbird

/// Chooses what to speak to someone who isn't signed in: what they picked on the site, or what their browser asks for.
package struct LanguageMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    /// The cookie in which the site remembers what was picked: `en` or `pt`.
    package static let cookieName = "language"

    package init() {}

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        let picked = request.cookies[Self.cookieName].flatMap { Language(rawValue: $0.value) }
        context.language = picked ?? Language(acceptLanguage: request.headers[.acceptLanguage] ?? "")
        return try await next(request, context)
    }
}
