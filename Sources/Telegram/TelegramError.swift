/// Why a call to the Bot API gave no result.
package enum TelegramError: Error, Sendable, Hashable, CustomStringConvertible {
    /// 401, and 404 for a token that isn't one: nobody has this token, or it was revoked.
    case unauthorized
    /// 409: another poller took over, or a webhook is set.
    case conflict(String)
    /// 429: nothing may be sent for this many seconds.
    case tooManyRequests(retryAfter: Int)
    /// Any other refusal: a wrong parameter (400), a user who blocked the bot (403), a fault of Telegram's (5xx).
    case refused(code: Int, description: String)
    /// There is no connection: nothing has been asked of Telegram.
    case notConnected(String)
    /// No answer, or none that is Telegram's. It may have done what it was asked.
    case unreachable(String)

    init(code: Int, description: String, retryAfter: Int?) {
        self =
            switch code {
            case 401: .unauthorized
            case 404 where description == "Not Found": .unauthorized
            case 409: .conflict(description)
            case 429: .tooManyRequests(retryAfter: retryAfter ?? 1)
            default: .refused(code: code, description: description)
            }
    }

    /// Telegram's `error_code`; `nil` when there was no answer.
    package var code: Int? {
        switch self {
        case .unauthorized: 401
        case .conflict: 409
        case .tooManyRequests: 429
        case .refused(let code, _): code
        case .notConnected, .unreachable: nil
        }
    }

    /// Seconds to wait before anything is sent again, if Telegram said so.
    package var retryAfter: Int? {
        if case .tooManyRequests(let seconds) = self { seconds } else { nil }
    }

    /// Whether the same call may succeed later without a change of anything.
    package var isTransient: Bool {
        switch self {
        case .unauthorized: false
        case .conflict, .tooManyRequests, .notConnected, .unreachable: true
        case .refused(let code, _): code >= 500
        }
    }

    package var description: String {
        switch self {
        case .unauthorized: "Telegram knows no bot with this token"
        case .conflict(let text): "Telegram answered 409: \(text)"
        case .tooManyRequests(let seconds): "Telegram asks to wait \(seconds) s"
        case .refused(let code, let text): "Telegram answered \(code): \(text)"
        case .notConnected(let text), .unreachable(let text): "Telegram can't be reached: \(text)"
        }
    }
}
