import Core
package import Hummingbird
import Logging

/// Writes one line a request: method, route, status, duration. No path, query, cookie or body, which may hold secrets.
package struct RequestLogMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    /// Asked every few seconds by machines; logged at debug level unless they fail.
    private static let quietRoutes: Set<String> = ["/healthz", "/readyz", "/metrics"]

    package init() {}

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let route = context.route
        let level: Logger.Level =
            switch response.status.code {
            case 500...: .warning
            case _ where Self.quietRoutes.contains(route): .debug
            default: .info
            }
        context.logger.log(
            level: level, "request",
            metadata: [
                "method": "\(request.method)", "route": "\(route)", "status": "\(response.status.code)",
                "duration_ms": "\((ContinuousClock.now - start).milliseconds)",
            ])
        return response
    }
}

extension AppRequestContext {
    /// The template of the route that answers, such as `/v1/box`; never what the client wrote.
    /// Known once the handler was called.
    package var route: String {
        // Hummingbird calls what no route matches "NotFound".
        if let endpointPath, endpointPath.hasPrefix("/") { endpointPath } else { "unmatched" }
    }
}
