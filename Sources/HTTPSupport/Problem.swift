package import Core
package import HTTPTypes
import Hummingbird
import NIOCore
import SQL

/// What went wrong, as clients are told it (RFC 9457).
package struct Problem: Sendable, Hashable, Encodable {
    package static let contentType = "application/problem+json"

    /// `about:blank`: the title is the status' own phrase; ``code`` tells the cases apart.
    package let type = "about:blank"
    package let title: String
    package let status: Int
    /// Stable and machine-readable, in snake case.
    package let code: String
    /// For a person: what was wrong and what to do.
    package let detail: String
    package let requestID: String

    private enum CodingKeys: String, CodingKey {
        case type, title, status, code, detail, requestID
    }

    package init(status: HTTPResponse.Status, code: String, detail: String, requestID: String) {
        title = status.reasonPhrase
        self.status = status.code
        self.code = code
        self.detail = detail
        self.requestID = requestID
    }

    /// The one place where errors become HTTP. An error that isn't meant for clients tells them nothing.
    package init(_ error: any Error, requestID: String) {
        switch error {
        case let error as DomainError:
            self.init(status: error.kind.status, code: error.code, detail: error.message, requestID: requestID)
        case SQLError.unavailable, SQLError.contention, is CancellationError:
            self.init(standard: .serviceUnavailable, requestID: requestID)
        case let error as HTTPError where error.status.code < 500:
            self.init(standard: error.status, detail: error.body, requestID: requestID)
        case let error as any HTTPResponseError:
            self.init(standard: error.status, requestID: requestID)
        default:
            self.init(standard: .internalServerError, requestID: requestID)
        }
    }

    private init(standard status: HTTPResponse.Status, detail: String? = nil, requestID: String) {
        let (code, text) = Self.standardTexts[status.code] ?? ("http_\(status.code)", status.reasonPhrase + ".")
        self.init(status: status, code: code, detail: detail ?? text, requestID: requestID)
    }

    private static let standardTexts: [Int: (code: String, detail: String)] = [
        400: ("bad_request", "The request can't be understood."),
        401: ("not_signed_in", "You are not signed in. Sign in and try again."),
        403: ("forbidden", "This is not allowed."),
        404: ("not_found", "There is nothing here."),
        405: ("method_not_allowed", "This address can't be used in this way. The header Allow says which methods can."),
        413: ("body_too_large", "The request's body is too large."),
        415: ("unsupported_media_type", "The request's body has a type that is not understood here."),
        422: ("unprocessable", "The request is well-formed, but it can't be carried out."),
        429: ("too_many_requests", "Too many requests. Wait a moment and try again."),
        500: ("internal", "Something went wrong on our side. If it happens again, tell us the request id."),
        503: ("unavailable", "This is not available right now. Try again in a moment."),
    ]
}

extension DomainError.Kind {
    /// The HTTP status that says the same.
    package var status: HTTPResponse.Status {
        switch self {
        case .invalid: .badRequest
        case .unauthenticated: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .gone: .gone
        case .limited: .tooManyRequests
        case .unavailable: .serviceUnavailable
        }
    }
}
