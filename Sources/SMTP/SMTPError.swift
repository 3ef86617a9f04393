/// Why a message was not sent. Holds no credentials.
package enum SMTPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The server refused with a reply of three digits (RFC 5321, 4.2): 4xx may pass later, 5xx will not.
    case refused(code: Int, text: String)
    /// The server refused our user name and password. The text is left out: servers may echo what they were given.
    case authenticationFailed(code: Int)
    /// No connection, or it broke.
    case connection(String)
    /// The server did not answer in time.
    case timeout
    /// The server said something that SMTP does not allow at that point.
    case unexpectedReply(String)
    /// The URL asks for STARTTLS or a login, and the server offers none.
    case notOffered(String)
    /// The message breaks a rule of RFC 5322, such as a line break inside a header.
    case invalidMessage(String)
    /// The URL of the server can't be used.
    case invalidURL(String)

    /// Whether trying again can't help.
    package var isPermanent: Bool {
        switch self {
        case .refused(let code, _): code >= 500
        case .invalidMessage, .invalidURL: true
        // A login or an extension is the host's to repair: the message can still be sent afterwards.
        case .authenticationFailed, .notOffered, .connection, .timeout, .unexpectedReply: false
        }
    }

    package var description: String {
        switch self {
        case .refused(let code, let text): "the mail server refused: \(code) \(text)"
        case .authenticationFailed(let code):
            "the mail server refused the login (\(code)); check the user and password in SMTP_URL"
        case .connection(let text): "no connection to the mail server: \(text)"
        case .timeout: "the mail server did not answer in time"
        case .unexpectedReply(let text): "the mail server broke the protocol: \(text)"
        case .notOffered(let what): "the mail server does not offer \(what)"
        case .invalidMessage(let text): "the message can't be sent: \(text)"
        case .invalidURL(let text): "the URL of the mail server can't be used: \(text)"
        }
    }
}
