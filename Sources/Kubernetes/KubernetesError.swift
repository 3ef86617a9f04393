import FoundationEssentials

/// Why the API server refused or failed, in its own words: its `Status` object
/// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/).
package struct KubernetesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// HTTP's; `nil` if there was no answer.
    package let status: Int?
    /// `NotFound`, `AlreadyExists`, `Conflict`, `Forbidden`, `Invalid`, `Expired` …; empty if the server named none.
    package let reason: String
    package let message: String
    /// What was asked: method and path, without the query.
    package let request: String
    /// The wait that the server asks for.
    package let retryAfter: Duration?

    package init(status: Int?, reason: String = "", message: String, request: String, retryAfter: Duration? = nil) {
        self.status = status
        self.reason = reason
        self.message = message
        self.request = request
        self.retryAfter = retryAfter
    }

    init(status: Int, body: [UInt8], request: String, retryAfterHeader: String?) {
        let object = try? JSONDecoder().decode(Status.self, from: Data(body))
        let seconds = retryAfterHeader.flatMap { Int($0) } ?? object?.details?.retryAfterSeconds
        self.init(
            status: status, reason: object?.reason ?? "",
            message: object?.message ?? String(decoding: body.prefix(200), as: UTF8.self), request: request,
            retryAfter: seconds.map { .seconds(min(max($0, 0), 300)) })
    }

    private struct Status: Decodable {
        let reason: String?
        let message: String?
        let details: Details?

        struct Details: Decodable {
            let retryAfterSeconds: Int?
        }
    }

    package var isNotFound: Bool { status == 404 }
    package var isConflict: Bool { status == 409 }
    package var isForbidden: Bool { status == 403 }
    /// Breaks a rule of the API.
    package var isInvalid: Bool { status == 422 }
    /// Nothing can be made in the namespace any more.
    package var isNamespaceTerminating: Bool { isForbidden && message.contains("because it is being terminated") }
    /// The resource version of a watch or a list's page is too old to go on from.
    package var isExpired: Bool { status == 410 || reason == "Expired" || reason == "Gone" }

    /// Whether the same request can succeed a little later.
    package var isPassing: Bool {
        switch status {
        case nil, 429, 500, 502, 503, 504: true
        default: false
        }
    }

    package var description: String {
        "\(request): \(status.map { "\($0) " } ?? "")\(reason.isEmpty ? "" : reason + ": ")\(message)"
    }
}
