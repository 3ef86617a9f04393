import HTTPTypes
package import Hummingbird

/// Tells browsers what our pages never do. A handler's own header wins.
package struct SecurityHeadersMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    private let headers: HTTPFields

    /// - Parameters:
    ///   - isSecure: whether the site is reached over HTTPS; browsers are then told to never try without.
    ///   - formTargets: origins besides our own that a form may lead to, by redirects too: Stripe's pages.
    package init(isSecure: Bool, formTargets: [String] = []) {
        let policy = [
            "default-src 'self'", "img-src 'self' data:", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
            (["form-action 'self'"] + formTargets).joined(separator: " "),
        ]
        var headers: HTTPFields = [
            .contentSecurityPolicy: policy.joined(separator: "; "),
            .xContentTypeOptions: "nosniff",
            // Not no-referrer: forms would then send the Origin null, and OriginCheckMiddleware refuses that.
            .referrerPolicy: "same-origin",
            .crossOriginOpenerPolicy: "same-origin",
            .permissionsPolicy: "camera=(), geolocation=(), microphone=(), payment=()",
            .cacheControl: "private, no-cache",
        ]
        if isSecure { headers[.strictTransportSecurity] = "max-age=31536000; includeSubDomains" }
        self.headers = headers
    }

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for field in headers where !response.headers.contains(field.name) {
            response.headers.append(field)
        }
        return response
    }
}
