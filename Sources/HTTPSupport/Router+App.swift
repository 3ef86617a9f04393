package import Core
import HTTPTypes
package import Hummingbird

extension Router where Context == AppRequestContext {
    /// A router on which every request is named, logged, counted and checked, and every error becomes a ``Problem``.
    /// - Parameters:
    ///   - service: names it in the metrics.
    ///   - publicOrigin: where the site is reached, such as `https://example.com`.
    ///   - formTargets: origins besides our own that a form may lead to: Stripe's pages.
    ///   - proxies: who may say whom they ask for.
    ///   - htmlErrorPage: see ``ProblemMiddleware``.
    ///   - session: gives the customer of a session's token.
    package static func app(
        service: String, publicOrigin: String, formTargets: [String] = [], proxies: TrustedProxies = TrustedProxies(),
        metrics: MetricsRegistry,
        htmlErrorPage: (@Sendable (Problem, AppRequestContext) -> Response)? = nil,
        session: @escaping @Sendable (String) async throws -> Customer?
    ) -> Router {
        let isSecure = publicOrigin.hasPrefix("https://")
        let router = Router(context: AppRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestIDMiddleware())
        router.add(middleware: ClientAddressMiddleware(proxies: proxies))
        router.add(middleware: RequestLogMiddleware())
        router.add(middleware: MetricsMiddleware(registry: metrics, service: service))
        router.add(middleware: SecurityHeadersMiddleware(isSecure: isSecure, formTargets: formTargets))
        router.add(middleware: LanguageMiddleware())
        router.add(middleware: ProblemMiddleware(htmlErrorPage: htmlErrorPage))
        router.add(middleware: OriginCheckMiddleware(publicOrigin: publicOrigin))
        router.add(middleware: BodyLimitMiddleware())
        router.add(middleware: SessionMiddleware(cookie: SessionCookie(isSecure: isSecure), lookup: session))
        return router
    }

    /// Answers known paths with 405 and `Allow` where the method isn't one of theirs (RFC 9110, 15.5.6).
    /// Call it after all routes were added.
    package func refuseOtherMethods() {
        var known: [String: Set<HTTPRequest.Method>] = [:]
        for route in routes { known[route.path.description, default: []].insert(route.method) }
        for (path, methods) in known {
            let allowed = methods.union(methods.contains(.get) ? [.head] : [])
            let allow = allowed.map(\.rawValue).sorted().joined(separator: ", ")
            for method in Self.standardMethods where !allowed.contains(method) {
                on(RouterPath(path), method: method) { _, _ -> Response in
                    throw HTTPError(.methodNotAllowed, headers: [.allow: allow])
                }
            }
        }
    }

    private static var standardMethods: [HTTPRequest.Method] { [.get, .head, .post, .put, .patch, .delete, .options] }
}
