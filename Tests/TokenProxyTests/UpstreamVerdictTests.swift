import ModelAPI
import Testing

@testable import TokenProxy

struct UpstreamVerdictTests {
    @Test(arguments: [
        (400, "content_filter", UpstreamVerdict.clientFault),
        (413, "invalid_request_error", .clientFault),
        (422, "invalid_request_error", .clientFault),
        (401, "invalid_authentication_error", .unavailable(.credential)),
        (403, "permission_denied_error", .unavailable(.forbidden)),
        (404, "resource_not_found_error", .unavailable(.notFound)),
        (409, "conflict", .unavailable(.refusal)),
        (429, "exceeded_current_quota_error", .unavailable(.quota)),
        (429, "rate_limit_reached_error", .busy(retryAfter: 2)),
        (500, "server_error", .unavailable(.failure)),
        (503, "server_unavailable", .unavailable(.overloaded)),
        (302, "", .unavailable(.redirect)),
    ])
    func tellsTheClientsFaultsFromOurs(_ status: Int, _ type: String, _ verdict: UpstreamVerdict) {
        #expect(UpstreamVerdict(status: status, retryAfter: nil, error: ModelError(type: type, message: "")) == verdict)
    }

    @Test func takesAPageForOurTrouble() {
        #expect(UpstreamVerdict(status: 400, retryAfter: nil, error: nil) == .unavailable(.refusal))
        #expect(UpstreamVerdict(status: 502, retryAfter: nil, error: nil) == .unavailable(.server))
        #expect(UpstreamVerdict(status: 504, retryAfter: nil, error: nil) == .unavailable(.timeout))
    }

    @Test(arguments: [("7", 7), ("0", 1), ("100000", 120), ("Wed, 21 Oct 2026 07:28:00 GMT", 2)])
    func passesASensibleWaitOn(_ header: String, _ seconds: Int) {
        let error = ModelError(type: "engine_overloaded_error", message: "")
        #expect(
            UpstreamVerdict(status: 429, retryAfter: header, error: error) == .busy(retryAfter: seconds))
    }

    @Test func onlyWhatEverybodyWouldMeetCountsAgainstTheUpstream() {
        let ofOneCall = UpstreamFault.allCases.filter { !$0.isTheUpstreams }
        #expect(Set(ofOneCall) == [.forbidden, .notFound, .refusal, .hiddenError])
        #expect(UpstreamFault.allCases.filter { $0.pause != nil } == [.credential, .quota])
    }

    @Test func aCallThatWasTurnedAwayWasNotWorkedOn() {
        let open = UpstreamFault.allCases.filter(\.mayFollowWork)
        #expect(Set(open) == [.connection, .broken, .timeout, .server])
    }
}
