import HTTPTypes
import Hummingbird
import Logging
import SQL
import Telegram

/// Telegram's Bot API. Source: https://core.telegram.org/bots/api#making-requests
struct BotAPI: Sendable {
    typealias Result = any Encodable & Sendable

    let state: TelegramState

    func addRoutes(to router: Router<BasicRequestContext>) {
        router.get("/bot{token}/{method}") { request, context in await answer(request, context) }
        router.post("/bot{token}/{method}") { request, context in await answer(request, context) }
        addFileRoute(to: router)
    }

    /// Whatever happens is told in Telegram's envelope, never with the token in it.
    private func answer(_ request: Request, _ context: BasicRequestContext) async -> Response {
        do {
            // Some clients escape the colon.
            let token = try context.parameters.require("token").replacing("%3A", with: ":").replacing("%3a", with: ":")
            let method = try context.parameters.require("method")
            guard let bot = try await state.database.read({ try BotStore($0).find(token: token) }) else {
                throw BotAPIError.unauthorized
            }
            let parameters = try await BotAPIParameters(request)
            return try .json(Success(result: try await result(of: method, for: bot, parameters)))
        } catch let error as BotAPIError {
            return error.response
        } catch {
            state.logger.error("Telegram's sandbox failed", metadata: ["error": "\(error)"])
            return BotAPIError(code: 500, description: "Internal Server Error").response
        }
    }

    /// Method names don't tell upper from lower case.
    private func result(of method: String, for bot: StoredBot, _ parameters: BotAPIParameters) async throws -> Result {
        switch method.lowercased() {
        case "getme": bot.wire(canManageBots: bot.id == state.managerID)
        case "getupdates": try await getUpdates(bot, parameters)
        case "setwebhook": try await setWebhook(bot, parameters)
        case "deletewebhook": try await deleteWebhook(bot, parameters)
        case "getwebhookinfo": try await getWebhookInfo(bot)
        case "sendmessage": try await sendMessage(bot, parameters)
        case "sendchataction": try await sendChatAction(bot, parameters)
        case "editmessagetext": try await editMessageText(bot, parameters)
        case "deletemessage": try await deleteMessage(bot, parameters)
        case "setmessagereaction": try await setMessageReaction(bot, parameters)
        case "getfile": try await getFile(bot, parameters)
        case "editmessagereplymarkup": try await editMessageReplyMarkup(bot, parameters)
        case "answercallbackquery": try await answerCallbackQuery(bot, parameters)
        case "setmyname": try await setMyName(bot, parameters)
        case "setmydescription": try await setMyDescription(bot, parameters)
        case "setmyshortdescription": try await setMyShortDescription(bot, parameters)
        case "setmycommands": try await setMyCommands(bot, parameters)
        case "deletemycommands": try await deleteMyCommands(bot)
        case "getmycommands": bot.commands
        case "getmanagedbottoken": try await getManagedBotToken(bot, parameters)
        case "replacemanagedbottoken": try await replaceManagedBotToken(bot, parameters)
        case "setmanagedbotaccesssettings": try await setManagedBotAccessSettings(bot, parameters)
        default: throw BotAPIError(code: 404, description: "Not Found: method not found")
        }
    }
}

private struct Success: Encodable {
    let result: BotAPI.Result

    enum CodingKeys: CodingKey {
        case ok, result
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(true, forKey: .ok)
        try container.encode(result, forKey: .result)
    }
}

/// A refusal in Telegram's words.
struct BotAPIError: Error, Encodable {
    struct Parameters: Encodable {
        let retryAfter: Int

        enum CodingKeys: String, CodingKey {
            case retryAfter = "retry_after"
        }
    }

    let ok = false
    let code: Int
    let description: String
    var parameters: Parameters?

    enum CodingKeys: String, CodingKey {
        case ok, description, parameters
        case code = "error_code"
    }

    static let unauthorized = BotAPIError(code: 401, description: "Unauthorized")

    static func badRequest(_ text: String) -> BotAPIError {
        BotAPIError(code: 400, description: "Bad Request: \(text)")
    }

    static func conflict(_ text: String) -> BotAPIError {
        BotAPIError(code: 409, description: "Conflict: \(text)")
    }

    static func tooManyRequests(retryAfter: Int) -> BotAPIError {
        BotAPIError(
            code: 429, description: "Too Many Requests: retry after \(retryAfter)",
            parameters: Parameters(retryAfter: retryAfter))
    }

    /// The HTTP status is the error code.
    var response: Response {
        (try? .json(self, status: HTTPResponse.Status(code: code))) ?? Response(status: HTTPResponse.Status(code: code))
    }
}

extension Response {
    /// - Throws: `EncodingError`.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: try JSONText.encode(value))))
    }
}
