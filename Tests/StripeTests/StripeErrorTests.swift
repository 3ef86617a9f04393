import Stripe
import Testing

struct StripeErrorTests {
    @Test func readsStripesShape() {
        let body = #"""
            {"error": {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds",
             "message": "Your card has insufficient funds.", "param": "source", "doc_url": "https://x"}}
            """#
        let error = StripeError(status: 402, body: Array(body.utf8), requestID: "req_1")
        #expect(
            error
                == StripeError(
                    .card, status: 402, code: "card_declined", declineCode: "insufficient_funds",
                    message: "Your card has insufficient funds.", parameter: "source", requestID: "req_1"))
        #expect(
            error.description
                == "Stripe: Your card has insufficient funds. (status 402, card_declined, parameter source, req_1)")
    }

    @Test(arguments: [
        (400, "invalid_request_error", "parameter_unknown", StripeError.Kind.invalidRequest),
        (400, "invalid_request_error", "resource_missing", .notFound),
        (400, "idempotency_error", "", .idempotency),
        (401, "invalid_request_error", "", .authentication),
        (403, "invalid_request_error", "", .authentication),
        (404, "invalid_request_error", "resource_missing", .notFound),
        (409, "idempotency_error", "", .idempotency),
        (429, "invalid_request_error", "rate_limit", .rateLimit),
        (500, "api_error", "", .api),
    ])
    func knowsTheKinds(status: Int, type: String, code: String, kind: StripeError.Kind) {
        let body = #"{"error": {"type": "\#(type)", "code": "\#(code)", "message": "No."}}"#
        #expect(StripeError(status: status, body: Array(body.utf8), requestID: nil).kind == kind)
    }

    @Test func copesWithABodyThatIsNotStripes() {
        let error = StripeError(status: 502, body: Array("<html>Bad gateway</html>".utf8), requestID: nil)
        #expect(error.kind == .api)
        #expect(error.message == "Stripe answered with status 502.")
    }

    // MARK: Retries

    @Test(arguments: [nil, 409, 429, 500, 503] as [Int?])
    func retriesWhatFailedInPassing(status: Int?) {
        #expect(StripeRetryPolicy().isWorthRetrying(status: status, shouldRetry: nil))
        #expect(!StripeRetryPolicy().isWorthRetrying(status: status, shouldRetry: "false"))
    }

    @Test(arguments: [400, 401, 402, 403, 404])
    func retriesNothingElseUnlessToldTo(status: Int) {
        #expect(!StripeRetryPolicy().isWorthRetrying(status: status, shouldRetry: nil))
        #expect(StripeRetryPolicy().isWorthRetrying(status: status, shouldRetry: "true"))
    }

    @Test func waitsLongerEachTimeUpToTheCap() {
        let policy = StripeRetryPolicy(attempts: 8)
        let longest = (1..<8).map { policy.delay(after: $0, jitter: 1) }
        #expect(longest == [0.5, 1, 2, 4, 5, 5, 5].map { .seconds($0) })
        #expect(policy.delay(after: 1, jitter: 0) == .milliseconds(250))
        #expect(policy.delay(after: 8, jitter: 0.5) == nil)
    }
}
