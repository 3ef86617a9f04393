import Core
import ModelAPI
import NIOHTTP1

/// An answer that is not the model's: status, headers, and an error that OpenClaw and the vendors' clients understand.
struct Refusal: Error, Hashable {
    let status: HTTPResponseStatus
    let error: ModelError
    var headers: [String: String] = [:]
    /// Units that are left of a month that counts as used up.
    var remaining: Int?
    /// What the person behind an agent reads in the place of the error; `nil` where nobody should.
    var notice: LocalizedText?

    init(_ status: HTTPResponseStatus, _ type: String, code: String, _ message: String, headers: [String: String] = [:]) {
        self.status = status
        error = ModelError(type: type, code: code, message: message)
        self.headers = headers
    }
}

extension Refusal {
    static let unknownPath = Refusal(.notFound, "not_found_error", code: "unknown_path", "There is nothing at this path.")

    static func wrongMethod(allowed: String) -> Refusal {
        Refusal(
            .methodNotAllowed, "invalid_request_error", code: "method_not_allowed", "Use \(allowed) here.",
            headers: ["Allow": allowed])
    }

    static func tooManyWrongTokens(retryAfter seconds: Int) -> Refusal {
        limited(
            code: "too_many_wrong_tokens", "Too many wrong tokens came from this address. Please try again in \(seconds) s.",
            retryAfter: seconds)
    }

    static let unauthenticated = Refusal(
        .unauthorized, "authentication_error", code: "invalid_api_key",
        "This token is not valid, or the agent that it belongs to is not running.", headers: ["WWW-Authenticate": "Bearer"])

    static let malformedHTTP = Refusal(
        .badRequest, "invalid_request_error", code: "malformed_http", "This is not a valid HTTP request.")

    static let headTooLarge = Refusal(
        .badRequest, "invalid_request_error", code: "malformed_http", "The head of this HTTP request is too large.")

    static func tooLarge(limit: Int) -> Refusal {
        Refusal(
            .payloadTooLarge, "request_too_large", code: "request_too_large",
            "The request is larger than \(limit >> 20) MB. Send fewer or smaller images.")
    }

    static func invalid(_ fault: ModelRequestFault) -> Refusal {
        switch fault {
        case .malformed(let reason):
            Refusal(
                .badRequest, "invalid_request_error", code: "invalid_json",
                "The request body is not valid JSON: \(reason).")
        case .missingModel:
            Refusal(.badRequest, "invalid_request_error", code: "missing_model", "The request names no model.")
        case .invalid(let member, let rule):
            Refusal(.badRequest, "invalid_request_error", code: "invalid_value", "`\(member)` must be \(rule).")
        }
    }

    static func badForm(_ message: String) -> Refusal {
        Refusal(.badRequest, "invalid_request_error", code: "invalid_form", message)
    }

    static let notInPlan = Refusal(
        .forbidden, "permission_error", code: "not_in_plan", "This plan doesn't have voice notes.")

    static func unknownModel(_ name: String, known: some Sequence<String>) -> Refusal {
        Refusal(
            .notFound, "not_found_error", code: "model_not_found",
            "There is no model '\(name.prefix(64))' here. There are: \(known.sorted().joined(separator: ", ")).")
    }

    static func limited(code: String, _ message: String, retryAfter seconds: Int) -> Refusal {
        Refusal(.tooManyRequests, "rate_limit_error", code: code, message, headers: ["Retry-After": String(seconds)])
    }

    static func tooFast(retryAfter seconds: Int) -> Refusal {
        limited(
            code: "too_many_requests", "Too many requests. Please try again in \(seconds) s.", retryAfter: seconds
        ).saying(.tooMuchAtOnce)
    }

    static let tooManyAtOnce = limited(
        code: "too_many_concurrent_requests", "Too many requests at once. Please try again in 1 s.", retryAfter: 1
    ).saying(.tooMuchAtOnce)

    /// The rest of the month is reserved for calls that may well use less of it.
    static let allowanceInUse = limited(
        code: "allowance_in_use",
        "Other answers under way have the rest of this month's usage reserved. Please try again in 5 s.", retryAfter: 5
    ).saying(.allowanceInUse)

    /// The words reach the agent's user: OpenClaw shows up to 300 characters with "monthly limit" and "resets", and reads
    /// words like "quota", "credit" or "spending" as a billing problem of the account instead.
    ///
    /// - Parameters:
    ///   - remaining: units that are left, but not enough for this call.
    ///   - limit: units of the month.
    static func monthIsUsedUp(resets: Timestamp, remaining: Int, limit: Int, upgradeURL: String) -> Refusal {
        // Less than that is of no use for a shorter chat, either.
        let isShort = remaining * 100 > limit && remaining >= 1_000
        let message =
            isShort
            ? "This chat is too long for what is left of the monthly limit: \(remaining) units. Begin a new one. The limit "
                + "resets on \(resets.dayAndMonth)."
            : "Monthly usage limit reached. It resets on \(resets.dayAndMonth)."
        var refusal = Refusal(
            .tooManyRequests, "rate_limit_error",
            code: isShort ? "exceeds_remaining_tokens" : "monthly_limit_exceeded",
            "\(message) Upgrade at \(upgradeURL)", headers: ["x-should-retry": "false"])
        refusal.remaining = remaining
        return refusal.saying(.monthIsUsedUp(resets: resets, remaining: remaining, upgradeURL: upgradeURL))
    }

    /// For an agent whose box is to stand still, until it does.
    static func suspended(upgradeURL: String) -> Refusal { unauthenticated.saying(.suspended(upgradeURL: upgradeURL)) }

    static func held(_ reason: AgentHold.Reason, dashboardURL: String) -> Refusal {
        limited(
            code: "agent_held", "This agent was stopped: it used more than it should by itself. Its owner can let it go on.",
            retryAfter: 3600
        ).saying(.held(reason, dashboardURL: dashboardURL))
    }

    /// For a spare, which is warmed by a turn that nobody pays for.
    static let spare = Refusal(
        .forbidden, "permission_error", code: "spare", "This agent is a spare: it has no customer yet."
    ).saying(.spare)

    static func unavailable(code: String, _ message: String) -> Refusal {
        Refusal(.serviceUnavailable, "overloaded_error", code: code, message, headers: ["Retry-After": "5"])
    }

    static let noPeriod = unavailable(
        code: "period_pending", "The new month of this plan is being set up. Please try again in a minute."
    ).saying(.noPeriod)

    static let storageUnavailable = unavailable(
        code: "storage_unavailable", "Usage can't be counted right now. Please try again in a minute."
    ).saying(.ownTrouble)

    static let tooBusy = unavailable(
        code: "server_busy", "Too much is going on right now. Please try again in a minute.")

    static let upstreamUnavailable = unavailable(
        code: "upstream_unavailable", "The AI service can't be reached right now. Please try again in a minute."
    ).saying(.upstreamUnavailable)

    static func upstreamBusy(retryAfter seconds: Int) -> Refusal {
        limited(
            code: "upstream_busy", "The AI service is busy. Please try again in \(seconds) s.", retryAfter: seconds
        ).saying(.upstreamBusy)
    }

    func saying(_ notice: LocalizedText) -> Refusal {
        var copy = self
        copy.notice = notice
        return copy
    }
}
