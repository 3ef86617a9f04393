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
        (402, "", .unavailable(.quota)),
        (429, "insufficient_quota", .unavailable(.quota)),
        (400, "billing_not_active", .unavailable(.quota)),
        (403, "insufficient_balance", .unavailable(.quota)),
        (500, "billing_not_active", .unavailable(.failure)),
        (429, "rate_limit_reached_error", .busy(retryAfter: 2)),
        (500, "server_error", .unavailable(.failure)),
        (503, "server_unavailable", .unavailable(.overloaded)),
        (302, "", .unavailable(.redirect)),
    ])
    func tellsTheClientsFaultsFromOurs(_ status: Int, _ type: String, _ verdict: UpstreamVerdict) {
        #expect(UpstreamVerdict(status: status, retryAfter: nil, error: ModelError(type: type, message: "")) == verdict)
    }

    @Test func readsThatTheAccountIsEmptyFromTheWords() {
        let error = ModelError(
            type: "invalid_request_error", message: "Your credit balance is too low to access the Claude API.")
        #expect(UpstreamVerdict(status: 400, retryAfter: nil, error: error) == .unavailable(.quota))
        #expect(UpstreamVerdict.fault(error) == .quota)
        #expect(UpstreamVerdict.fault(ModelError(type: "server_error", message: "")) == .hiddenError)
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
