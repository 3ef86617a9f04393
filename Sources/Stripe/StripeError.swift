import FoundationEssentials

/// What Stripe refused, or why it could not be asked (https://docs.stripe.com/api/errors). Holds no key and no card data.
package struct StripeError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// Stripe could not be reached, or the connection broke.
        case connection
        /// The API key is missing, wrong, or lacks a permission.
        case authentication
        /// Too many requests, or too many at one object.
        case rateLimit
        /// No such object.
        case notFound
        /// A parameter is wrong, unknown or missing.
        case invalidRequest
        /// The card was declined.
        case card
        /// The idempotency key was used before, with other parameters.
        case idempotency
        /// Something is wrong at Stripe.
        case api
        /// Stripe answered with something that can't be read.
        case unreadable
    }

    package let kind: Kind
    /// The HTTP status, if there was an answer.
    package let status: Int?
    package let code: String?
    package let declineCode: String?
    package let message: String
    package let parameter: String?
    /// `req_…`, for Stripe's support.
    package let requestID: String?

    package init(
        _ kind: Kind, status: Int? = nil, code: String? = nil, declineCode: String? = nil, message: String,
        parameter: String? = nil, requestID: String? = nil
    ) {
        self.kind = kind
        self.status = status
        self.code = code
        self.declineCode = declineCode
        self.message = message
        self.parameter = parameter
        self.requestID = requestID
    }

    /// - Parameters:
    ///   - status: of an answer that isn't 2xx.
    ///   - body: Stripe's `{"error": …}`, or whatever a gateway on the way said.
    package init(status: Int, body: [UInt8], requestID: String?) {
        let error = try? StripeJSON.decode(Envelope.self, from: body).error
        let kind: Kind =
            switch (status, error?.type, error?.code) {
            case (401, _, _), (403, _, _): .authentication
            case (429, _, _): .rateLimit
            case (404, _, _), (_, _, "resource_missing"): .notFound
            case (_, "idempotency_error", _): .idempotency
            case (_, "card_error", _): .card
            case (500..., _, _), (_, "api_error", _): .api
            default: .invalidRequest
            }
        self.init(
            kind, status: status, code: error?.code, declineCode: error?.declineCode,
            message: error?.message ?? "Stripe answered with status \(status).", parameter: error?.param,
            requestID: requestID)
    }

    /// Whether the object that this parameter names doesn't exist, or was deleted.
    package func isMissing(_ parameter: String) -> Bool { code == "resource_missing" && self.parameter == parameter }

    package var description: String {
        let facts = [status.map { "status \($0)" }, code, parameter.map { "parameter \($0)" }, requestID].compactMap(\.self)
        return "Stripe: \(message)" + (facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))")
    }

    private struct Envelope: Decodable {
        let error: Body

        struct Body: Decodable {
            let type: String?
            let code: String?
            let declineCode: String?
            let message: String?
            let param: String?
        }
    }
}
