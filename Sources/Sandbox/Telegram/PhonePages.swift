import HTTPTypes
import Hummingbird
import Mustache
import SQL
import Telegram

/// The pages of the phone: the chat list, a chat by its link, and the sheet that confirms a new bot.
struct PhonePages: Sendable {
    private static let template = Swift.Result {
        try MustacheTemplate(string: String(decoding: PackageResources.telegram_phone_mustache, as: UTF8.self))
    }
    private static let style = String(decoding: PackageResources.telegram_phone_css, as: UTF8.self)
    private static let script =
        String(decoding: PackageResources.telegram_phone_texts_js, as: UTF8.self)
        + String(decoding: PackageResources.telegram_phone_view_js, as: UTF8.self)
        + String(decoding: PackageResources.telegram_phone_js, as: UTF8.self)

    let state: TelegramState

    func addRoutes(to router: Router<BasicRequestContext>) {
        router.get("/phone") { request, _ in try await page(request, Screen(kind: "list")) }
        router.get("/t.me/{bot}") { request, context in
            let start = request.uri.queryParameters["start"].map(String.init).flatMap(Self.payload)
            return try await page(
                request, Screen(kind: "chat", bot: try context.parameters.require("bot"), start: start))
        }
        router.get("/t.me/newbot/{manager}/{username}") { request, context in
            let name = request.uri.queryParameters["name"].map(String.init)
            return try await page(
                request,
                Screen(
                    kind: "newBot", bot: try context.parameters.require("manager"),
                    username: try context.parameters.require("username"), name: name))
        }
    }

    /// Telegram drops a payload of another shape. Source: https://core.telegram.org/bots/features#deep-linking
    private static func payload(_ text: String) -> String? {
        let isValid =
            (1...64).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
        return isValid ? text : nil
    }

    private func page(_ request: Request, _ screen: Screen) async throws -> Response {
        let visitor = try await PhoneVisitor(request, in: state)
        let person = visitor.person
        let content = try await state.database.read { transaction in
            let bot = try screen.bot.flatMap { try BotStore(transaction).find(username: $0) }
            return PageContent(
                screen: screen.bot != nil && bot == nil ? Screen(kind: "missing", bot: screen.bot) : screen,
                chats: try PhoneChat.list(person, in: transaction),
                open: try bot.map { try PhoneConversation(bot: $0, person: person, afterRevision: 0, in: transaction) })
        }
        let nonce = NewBot.token(botID: 0).suffix(32)
        let html = try Self.template.get().render([
            "language": person.languageCode.hasPrefix("pt") ? "pt" : "en",
            "nonce": String(nonce), "style": Self.style, "script": Self.script,
            // `<` could end the element that holds the JSON.
            "content": try JSONText.encode(content).replacing("<", with: "\\u003c"),
        ])
        let response = Response(
            status: content.screen.kind == "missing" ? .notFound : .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy:
                    "default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; connect-src 'self'; "
                    + "img-src data:; base-uri 'none'; form-action 'none'",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
        return visitor.sign(response, publicURL: state.publicURL)
    }
}

/// What the page opens with.
private struct PageContent: Encodable, Sendable {
    let screen: Screen
    let chats: [PhoneChat]
    let open: PhoneConversation?
}

private struct Screen: Encodable, Sendable {
    /// `list`, `chat`, `newBot` or `missing`.
    let kind: String
    /// The bot to talk to, or the one that shall manage a new bot.
    var bot: String?
    /// The payload of a deep link.
    var start: String?
    var username: String?
    var name: String?
}
