import HTTPTypes
package import Hummingbird
import Logging

/// Names each request: takes `X-Request-Id` and `traceparent` from the client if they are well-formed, makes new ones
/// otherwise, puts both into the context and its logger, and sends the id back.
package struct RequestIDMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    package init() {}

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let parent = request.headers[.traceparent].flatMap(TraceParent.init) {
            context.traceParent = parent.child()
        }
        let sent = request.headers[.xRequestID].flatMap { Self.isWellFormed($0) ? $0 : nil }
        context.requestID = sent ?? "req_" + context.traceParent.traceID
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "request_id"] = "\(context.requestID)"
        context.logger[metadataKey: "trace_id"] = "\(context.traceParent.traceID)"
        var response = try await next(request, context)
        response.headers[.xRequestID] = context.requestID
        return response
    }

    /// Anything else could forge lines in a log.
    private static func isWellFormed(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

extension HTTPField.Name {
    // The literals below are valid field names.
    package static let xRequestID = Self("X-Request-Id")!
    package static let idempotencyKey = Self("Idempotency-Key")!
    static let secFetchSite = Self("Sec-Fetch-Site")!
    static let referrerPolicy = Self("Referrer-Policy")!
    static let permissionsPolicy = Self("Permissions-Policy")!
    static let crossOriginOpenerPolicy = Self("Cross-Origin-Opener-Policy")!
}
