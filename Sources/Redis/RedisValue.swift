/// What Redis answers, in the words of RESP3 (https://redis.io/docs/latest/develop/reference/protocol-spec/).
package enum RedisValue: Sendable, Hashable {
    /// A simple string, a bulk string or a verbatim string; bytes that aren't UTF-8 are replaced.
    case text(String)
    /// `-ERR …`, without the dash.
    case error(String)
    case integer(Int64)
    case double(Double)
    case boolean(Bool)
    case null
    /// An array or a set.
    case list([RedisValue])
    /// Keys and values by turns.
    case map([RedisValue])
    /// What comes without being asked for, such as the messages of a subscription.
    case push([RedisValue])

    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    package var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }
}

package enum RedisError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The URL can't be used; the text repeats nothing of it.
    case invalidURL(String)
    /// There is no connection, or it was lost before the answer. The command may have been executed.
    case unavailable(String)
    /// Redis has answered with an error.
    case refused(String)
    /// What came is no RESP3.
    case malformed(String)

    package var description: String {
        switch self {
        case .invalidURL(let text): text
        case .unavailable(let text): "Redis is unavailable: \(text)"
        case .refused(let text): "Redis refuses: \(text)"
        case .malformed(let text): "Redis answers nonsense: \(text)"
        }
    }
}
