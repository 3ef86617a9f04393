import ModelAPI
import NIOHTTP1
import Testing

@testable import TokenProxy

struct UpstreamVerdictTests {
    @Test(arguments: [
        (HTTPResponseStatus.badRequest, "content_filter", UpstreamVerdict.clientFault),
        (.payloadTooLarge, "invalid_request_error", .clientFault),
        (.unauthorized, "invalid_authentication_error", .unavailable(reason: "credential")),
        (.forbidden, "permission_denied_error", .unavailable(reason: "credential")),
        (.notFound, "resource_not_found_error", .unavailable(reason: "not_found")),
        (.tooManyRequests, "exceeded_current_quota_error", .unavailable(reason: "quota")),
        (.tooManyRequests, "rate_limit_reached_error", .busy(retryAfter: 2)),
        (.internalServerError, "server_error", .unavailable(reason: "status_5xx")),
        (.serviceUnavailable, "server_unavailable", .unavailable(reason: "status_5xx")),
        (.found, "", .unavailable(reason: "status_3xx")),
    ])
    func tellsTheClientsFaultsFromOurs(_ status: HTTPResponseStatus, _ type: String, _ verdict: UpstreamVerdict) {
        #expect(UpstreamVerdict(status: status, retryAfter: nil, error: ModelError(type: type, message: "")) == verdict)
    }

    @Test func takesAPageForOurTrouble() {
        #expect(UpstreamVerdict(status: .badRequest, retryAfter: nil, error: nil) == .unavailable(reason: "status_4xx"))
        #expect(UpstreamVerdict(status: .gatewayTimeout, retryAfter: nil, error: nil) == .unavailable(reason: "status_5xx"))
    }

    @Test(arguments: [("7", 7), ("0", 1), ("100000", 120), ("Wed, 21 Oct 2026 07:28:00 GMT", 2)])
    func passesASensibleWaitOn(_ header: String, _ seconds: Int) {
        let error = ModelError(type: "engine_overloaded_error", message: "")
        #expect(
            UpstreamVerdict(status: .tooManyRequests, retryAfter: header, error: error) == .busy(retryAfter: seconds))
    }
}
