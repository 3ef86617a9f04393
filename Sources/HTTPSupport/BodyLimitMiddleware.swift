import HTTPTypes
package import Hummingbird
import NIOCore

/// Reads bodies before anything else happens, and refuses those that are too large with 413.
package struct BodyLimitMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    /// 64 kB.
    package static let defaultLimit = 64 * 1024
    /// 1 MB: Stripe's events carry whole objects.
    package static let webhookLimit = 1024 * 1024

    package init() {}

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.maxUploadSize = request.uri.path.hasPrefix("/webhooks/") ? Self.webhookLimit : Self.defaultLimit
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > context.maxUploadSize { throw NIOTooManyBytesError(maxBytes: context.maxUploadSize) }
        guard announced != 0, announced != nil || request.headers[.transferEncoding] != nil else {
            return try await next(request, context)
        }
        var request = request
        _ = try await request.collectBody(upTo: context.maxUploadSize)
        return try await next(request, context)
    }
}
