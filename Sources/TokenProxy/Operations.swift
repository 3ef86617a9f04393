import Logging
import ModelAPI
import NIOHTTP1

/// What the proxy tells those who run it.
struct OperationsAnswer: Sendable {
    var status = HTTPResponseStatus.ok
    let body: String
    var contentType = "application/json"
}

extension ProxyServices {
    func readiness() async -> OperationsAnswer {
        var checks: [(name: String, isReady: Bool, status: String)] = []
        do {
            try await storage.check()
            checks.append(("storage", true, "ok"))
        } catch {
            logger.error("the storage is not ready", metadata: ["error": "\(error)"])
            checks.append(("storage", false, "unavailable"))
        }
        let fault = journal.fault
        checks.append(("journal", fault == nil, fault == nil ? "ok" : "unavailable"))
        let isBooking = !bookkeeper.lag.isFailing
        checks.append(("bookkeeping", isBooking, isBooking ? "ok" : "overdue"))
        let isReachable = upstreams.isUsable(now: accounts.now)
        // A proxy that is taken out of service for it would only say so less clearly.
        checks.append(("upstream", true, isReachable ? "ok" : "troubled"))
        let isReady = checks.allSatisfy(\.isReady)
        let list = checks.map { "{\"name\":\"\($0.name)\",\"status\":\"\($0.status)\"}" }.joined(separator: ",")
        return OperationsAnswer(
            status: isReady ? .ok : .serviceUnavailable,
            body: "{\"status\":\"\(isReady ? "ok" : "unavailable")\",\"checks\":[\(list)]}")
    }

    func metricsText() async -> OperationsAnswer {
        let (running, waiting, limit) = gate.figures
        let metrics = await loops.metrics()
        return OperationsAnswer(
            body: metrics.text(gauges: [
                ("token_proxy_open_calls", "Calls with the upstream.", running),
                ("token_proxy_waiting_calls", "Calls that wait for their turn.", waiting),
                ("token_proxy_call_limit", "Calls that may be with the upstream at once.", limit),
                (
                    "token_proxy_leased_tokens", "Tokens leased from the customers' quotas and not used.",
                    accounts.leasedTokens
                ),
                (
                    "token_proxy_unbooked_calls", "Calls in the journal that the storage hasn't taken yet.",
                    bookkeeper.lag.calls
                ),
            ]), contentType: "text/plain; version=0.0.4; charset=utf-8")
    }

    /// In a form that OpenAI's and Anthropic's clients both read.
    var modelList: String {
        let names = upstreams.models.map(JSONText.quoted)
        let models = names.map {
            #"{"id":\#($0),"object":"model","type":"model","display_name":\#($0),"created":0,"#
                + #""created_at":"1970-01-01T00:00:00Z","owned_by":"openclaw-cloud"}"#
        }
        return #"{"object":"list","data":[\#(models.joined(separator: ","))],"has_more":false,"#
            + #""first_id":\#(names.first ?? "null"),"last_id":\#(names.last ?? "null")}"#
    }
}
