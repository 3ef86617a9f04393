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
    /// Our trouble.
    case unavailable(UpstreamFault)

    /// - Parameters:
    ///   - retryAfter: the header, if there is one.
    ///   - error: the body, if it is an error in JSON.
    init(status: Int, retryAfter: String?, error: ModelError?) {
        if Self.isAboutAccount(status, error) {
            self = .unavailable(.quota)
            return
        }
        switch (status, error) {
        case (400, .some), (413, .some), (422, .some):
            self = .clientFault
        case (429, _):
            let seconds = retryAfter.flatMap { Int($0) } ?? 2
            self = .busy(retryAfter: min(max(seconds, 1), 120))
        case (401, _): self = .unavailable(.credential)
        case (403, _): self = .unavailable(.forbidden)
        case (404, _): self = .unavailable(.notFound)
        case (500, .some): self = .unavailable(.failure)
        case (503, _): self = .unavailable(.overloaded)
        case (504, _): self = .unavailable(.timeout)
        case (300..<400, _): self = .unavailable(.redirect)
        case (400..<500, _): self = .unavailable(.refusal)
        default: self = .unavailable(.server)
        }
    }

    /// Whether the platform's account is empty: 402 says just that, others say it in words.
    private static func isAboutAccount(_ status: Int, _ error: ModelError?) -> Bool {
        switch status {
        case 402: true
        case 400, 403, 429: error?.isAboutAccount ?? false
        default: false
        }
    }

    /// What an error means that came with the status of an answer.
    static func fault(_ error: ModelError) -> UpstreamFault { error.isAboutAccount ? .quota : .hiddenError }
}

/// Why an upstream gave no answer. The raw values are the reasons in logs and metrics. Pure.
enum UpstreamFault: String, Hashable, CaseIterable {
    /// It can't be reached, or the connection broke.
    case connection
    /// Its answer broke off, or is none that can be read.
    case broken
    /// Nothing came for too long; a gateway in front of it says the same with 504.
    case timeout
    /// Our key.
    case credential
    /// Our account.
    case quota
    /// It takes no call now.
    case overloaded = "status_503"
    /// It says itself that it failed.
    case failure = "status_500"
    /// Something in front of it says so, which may not know.
    case server = "status_5xx"
    case redirect = "status_3xx"
    case forbidden
    case notFound = "not_found"
    case refusal = "status_4xx"
    /// An error with the status of an answer.
    case hiddenError = "status_2xx"

    /// Whether everybody's calls would meet it. What may concern one call only, such as a model that is gone, must not move
    /// others' calls elsewhere.
    var isTheUpstreams: Bool {
        switch self {
        case .connection, .broken, .timeout, .credential, .quota, .overloaded, .failure, .server, .redirect: true
        case .forbidden, .notFound, .refusal, .hiddenError: false
        }
    }

    /// How long the upstream is passed over; `nil` for as long as its failures in a row suggest.
    var pause: Duration? {
        // A wrong key or an empty account doesn't mend itself within seconds.
        self == .credential || self == .quota ? .seconds(30) : nil
    }

    /// Whether the same upstream may well answer a moment later.
    var passes: Bool { [.connection, .overloaded, .failure, .server].contains(self) }

    /// Whether it leaves open if the upstream had been at work on the call; the others say that it was turned away.
    var mayFollowWork: Bool {
        switch self {
        case .connection, .broken, .timeout, .server: true
        case .credential, .quota, .overloaded, .failure, .redirect, .forbidden, .notFound, .refusal, .hiddenError: false
        }
    }
}
