import HTTPTypes
import Hummingbird
import SQL
import Telegram

/// Whoever opens the phone is a person of their own: a cookie says which one.
struct PhoneVisitor: Sendable {
    private static let cookie = "phone"
    private static let year = 365 * 24 * 60 * 60

    let person: StoredPerson
    /// The cookie's value if this request made the person.
    private let newToken: String?

    /// Finds the person, or makes one who speaks the browser's language.
    /// - Throws: `SQLError`.
    init(_ request: Request, in state: TelegramState) async throws {
        let presented = request.cookies[Self.cookie]?.value
        let language = Self.language(of: request)
        let now = state.now()
        let database = state.database
        if let presented, let known = try await database.read({ try PersonStore($0).find(phoneToken: presented) }) {
            person = known
            newToken = nil
        } else {
            let token = NewBot.token(botID: 0).replacing(":", with: "-")
            person = try await database.write { transaction in
                let person = StoredPerson(
                    id: try BotStore(transaction).unusedID(), firstName: "Visitor", languageCode: language)
                try PersonStore(transaction).insert(person, phoneToken: token, at: now)
                return person
            }
            newToken = token
        }
    }

    /// Gives the browser its cookie, if it had none.
    func sign(_ response: Response, publicURL: String) -> Response {
        guard let newToken else { return response }
        var signed = response
        signed.setCookie(
            Cookie(
                name: Self.cookie, value: newToken, maxAge: Self.year, path: "/", secure: publicURL.hasPrefix("https:"),
                httpOnly: true, sameSite: .lax))
        return signed
    }

    /// - Returns: the first tag that the browser asks for, such as `pt-BR`.
    private static func language(of request: Request) -> String {
        let first = request.headers[.acceptLanguage]?.prefix { $0 != "," && $0 != ";" } ?? ""
        let isTag =
            !first.isEmpty && first.utf8.count <= 35
            && first.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        return isTag ? String(first) : "en"
    }
}

/// A refusal that the phone shows.
struct PhoneError: Error, Encodable {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    /// A username that is free.
    var suggestion: String?

    init(status: HTTPResponse.Status = .badRequest, code: String, message: String, suggestion: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.suggestion = suggestion
    }

    enum CodingKeys: CodingKey {
        case code, message, suggestion
    }

    static let noSuchBot = PhoneError(status: .notFound, code: "BOT_NOT_FOUND", message: "There is no such bot.")
}
