import ModelAPI
import Testing

@testable import TokenProxy

struct UpstreamVerdictTests {
    @Test(arguments: [
        (400, "content_filter", UpstreamVerdict.clientFault),
        (413, "invalid_request_error", .clientFault),
        (401, "invalid_authentication_error", .unavailable(reason: "credential")),
        (403, "permission_denied_error", .unavailable(reason: "credential")),
        (404, "resource_not_found_error", .unavailable(reason: "not_found")),
        (429, "exceeded_current_quota_error", .unavailable(reason: "quota")),
        (429, "rate_limit_reached_error", .busy(retryAfter: 2)),
        (500, "server_error", .unavailable(reason: "status_5xx")),
        (503, "server_unavailable", .unavailable(reason: "status_5xx")),
        (302, "", .unavailable(reason: "status_3xx")),
    ])
    func tellsTheClientsFaultsFromOurs(_ status: Int, _ type: String, _ verdict: UpstreamVerdict) {
        #expect(UpstreamVerdict(status: status, retryAfter: nil, error: ModelError(type: type, message: "")) == verdict)
    }

    @Test func takesAPageForOurTrouble() {
        #expect(UpstreamVerdict(status: 400, retryAfter: nil, error: nil) == .unavailable(reason: "status_4xx"))
        #expect(UpstreamVerdict(status: 504, retryAfter: nil, error: nil) == .unavailable(reason: "status_5xx"))
    }

    @Test(arguments: [("7", 7), ("0", 1), ("100000", 120), ("Wed, 21 Oct 2026 07:28:00 GMT", 2)])
    func passesASensibleWaitOn(_ header: String, _ seconds: Int) {
        let error = ModelError(type: "engine_overloaded_error", message: "")
        #expect(
            UpstreamVerdict(status: 429, retryAfter: header, error: error) == .busy(retryAfter: seconds))
    }
}
