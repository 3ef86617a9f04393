import ModelAPI

/// What to make of an upstream's answer that is not a model's words. Pure.
///
/// Whatever is wrong between the platform and its upstream is never passed on: neither whose key failed nor whose account
/// is empty is a tenant's business.
enum UpstreamVerdict: Hashable {
    /// The client's own fault: goes on as it is.
    case clientFault
    /// Too much for the upstream; comes back after so many seconds.
    case busy(retryAfter: Int)
    /// Our trouble; the reason is for logs and metrics.
    case unavailable(reason: String)

    /// - Parameters:
    ///   - retryAfter: the header, if there is one.
    ///   - error: the body, if it is an error in JSON.
    init(status: Int, retryAfter: String?, error: ModelError?) {
        switch (status, error) {
        case (400, .some), (413, .some), (422, .some):
            self = .clientFault
        case (429, let error) where error?.type != "exceeded_current_quota_error":
            let seconds = retryAfter.flatMap { Int($0) } ?? 2
            self = .busy(retryAfter: min(max(seconds, 1), 120))
        case (429, _): self = .unavailable(reason: "quota")
        case (401, _), (403, _): self = .unavailable(reason: "credential")
        case (404, _): self = .unavailable(reason: "not_found")
        default: self = .unavailable(reason: "status_\(status / 100)xx")
        }
    }
}
