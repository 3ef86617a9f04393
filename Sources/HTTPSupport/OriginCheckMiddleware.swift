import Core
import HTTPTypes
package import Hummingbird

/// Refuses requests that change something unless our own pages made them (cross-site request forgery).
///
/// Browsers set `Origin` and `Sec-Fetch-Site` themselves, no page can forge them
/// (https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header). Programs send `Origin` by hand.
package struct OriginCheckMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    private let publicOrigin: String
    private let exemptPrefixes: [String]

    /// - Parameters:
    ///   - publicOrigin: where the site is reached, such as `https://example.com`, without a path.
    ///   - exemptPrefixes: paths whose callers prove themselves in another way, by a signature.
    package init(publicOrigin: String, exemptPrefixes: [String] = ["/webhooks/", "/unsubscribe/"]) {
        self.publicOrigin = publicOrigin.lowercased()
        self.exemptPrefixes = exemptPrefixes
    }

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard
            Self.isSafe(request.method) || exemptPrefixes.contains(where: request.uri.path.hasPrefix) || isOwn(request)
                || isProgram(request)
        else {
            throw DomainError(
                .forbidden, code: "foreign_origin",
                "This request did not come from our own site. Open \(publicOrigin) and try again from there.")
        }
        return try await next(request, context)
    }

    /// What a browser adds by itself to anybody's request, is no part of it: nobody can be made to send it.
    private func isProgram(_ request: Request) -> Bool {
        request.headers[.authorization] != nil && request.headers[.cookie] == nil
    }

    private func isOwn(_ request: Request) -> Bool {
        if let origin = request.headers[.origin] { return origin.lowercased() == publicOrigin }
        return request.headers[.secFetchSite] == "same-origin"
    }

    /// RFC 9110, 9.2.1.
    private static func isSafe(_ method: HTTPRequest.Method) -> Bool {
        [.get, .head, .options, .trace].contains(method)
    }
}
