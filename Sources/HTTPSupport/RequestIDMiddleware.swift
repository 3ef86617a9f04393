import HTTPTypes
package import Hummingbird
import Logging
import Telemetry
import Tracing

/// Names each request, and makes it a span: takes `X-Request-Id` and `traceparent` from the client if they are well-formed,
/// makes new ones otherwise, and sends the id back. What the request causes belongs to its trace.
package struct RequestIDMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    package init() {}

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let parent = request.headers[.traceparent].flatMap(TraceParent.init)
        let span = startSpan("request", context: .from(parent), ofKind: .server)
        defer { span.end() }
        return try await ServiceContext.withValue(span.context.traced) {
            var context = context
            let sent = request.headers[.xRequestID].flatMap { Self.isWellFormed($0) ? $0 : nil }
            context.requestID = sent ?? "req_" + (ServiceContext.current?.traceParent?.traceID ?? "")
            context.logger[metadataKey: "hb.request.id"] = nil
            context.logger[metadataKey: "request_id"] = "\(context.requestID)"
            var response = try await next(request, context)
            response.headers[.xRequestID] = context.requestID
            describe(response, to: request, context, in: span)
            return response
        }
    }

    private func describe(_ response: Response, to request: Request, _ context: AppRequestContext, in span: any Span) {
        guard span.isRecording else { return }
        span.operationName = "\(request.method) \(context.route)"
        span.updateAttributes { attributes in
            attributes["http.request.method"] = request.method.rawValue
            attributes["http.route"] = context.route
            attributes["http.response.status_code"] = Int64(response.status.code)
            attributes["http.request.id"] = context.requestID
        }
        if response.status.code >= 500 { span.setStatus(SpanStatus(code: .error)) }
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
