import FoundationEssentials
import HTTPTypes
import Hummingbird
import ModelAPI
import SQL
import ServiceLifecycle
import Telegram

/// What the phone's page and programs use; errors are `{"error": {"code", "message", "suggestion"}}`.
struct PhoneAPI: Sendable {
    private static let largestBody = 64 * 1024
    private static let largestVoice = 1 << 20
    private static let longestText = 4096
    private static let heartbeat = Duration.seconds(15)

    let state: TelegramState

    func addRoutes(to router: Router<BasicRequestContext>) {
        router.get("/phone/chats") { request, _ in
            try await answer(request) { visitor in try await .json(["chats": chats(visitor.person)]) }
        }
        router.get("/phone/chats/{bot}/messages") { request, context in
            try await answer(request) { visitor in
                let after = request.uri.queryParameters["after"].flatMap { Int64($0) } ?? 0
                return try await .json(conversation(try context.parameters.require("bot"), after, visitor.person))
            }
        }
        router.post("/phone/chats/{bot}/messages") { request, context in
            try await answer(request) { visitor in
                let sent = try await body(Outgoing.self, of: request)
                let message = try await send(sent.text, to: try context.parameters.require("bot"), from: visitor.person)
                return try .json(message, status: .created)
            }
        }
        router.post("/phone/chats/{bot}/voices") { request, context in
            try await answer(request) { visitor in
                let audio = Data((try await request.body.collect(upTo: Self.largestVoice)).readableBytesView)
                guard !audio.isEmpty else { throw PhoneError(code: "VOICE_EMPTY", message: "The voice note is empty.") }
                let message = try await send(
                    "🎤", voice: audio, to: try context.parameters.require("bot"), from: visitor.person)
                return try .json(message, status: .created)
            }
        }
        router.post("/phone/chats/{bot}/presses") { request, context in
            try await answer(request) { visitor in
                let pressed = try await body(Press.self, of: request)
                let query = try await press(pressed, at: try context.parameters.require("bot"), by: visitor.person)
                return try .json(query, status: .created)
            }
        }
        router.post("/phone/managed-bots") { request, _ in
            try await answer(request) { visitor in
                let wanted = try await body(NewBot.self, of: request)
                guard wanted.manager != nil else {
                    throw PhoneError(code: "MANAGER_INVALID", message: "Which bot shall manage it?")
                }
                let bot = try await create(wanted, for: visitor.person)
                return try .json(CreatedBot(bot, publicURL: state.publicURL, token: nil), status: .created)
            }
        }
        router.post("/phone/bots") { request, _ in
            try await answer(request) { visitor in
                var wanted = try await body(NewBot.self, of: request)
                wanted.manager = nil
                let bot = try await create(wanted, for: visitor.person)
                return try .json(CreatedBot(bot, publicURL: state.publicURL, token: bot.token), status: .created)
            }
        }
        router.get("/phone/events") { request, _ in
            try await answer(request) { visitor in events(of: visitor.person, request) }
        }
    }

    private func answer(_ request: Request, _ body: (PhoneVisitor) async throws -> Response) async throws -> Response {
        let visitor = try await PhoneVisitor(request, in: state)
        var response: Response
        do {
            response = try await body(visitor)
        } catch let error as PhoneError {
            response = try .json(["error": error], status: error.status)
        }
        return visitor.sign(response, publicURL: state.publicURL)
    }

    private func body<Value: Decodable>(_ type: Value.Type, of request: Request) async throws -> Value {
        let buffer = try await request.body.collect(upTo: Self.largestBody)
        do {
            return try JSONText.decode(type, from: String(buffer: buffer))
        } catch {
            throw PhoneError(code: "BODY_INVALID", message: "The body isn't the JSON that this takes.")
        }
    }

    private func chats(_ person: StoredPerson) async throws -> [PhoneChat] {
        try await state.database.read { try PhoneChat.list(person, in: $0) }
    }

    private func conversation(
        _ username: String, _ revision: Int64, _ person: StoredPerson
    ) async throws -> PhoneConversation {
        try await state.database.read { transaction in
            guard let bot = try BotStore(transaction).find(username: username) else { throw PhoneError.noSuchBot }
            return try PhoneConversation(bot: bot, person: person, afterRevision: revision, in: transaction)
        }
    }

    /// - Parameter voice: a voice note in OGG, of which `text` is all that the phone shows.
    private func send(
        _ text: String, voice: Data? = nil, to username: String, from person: StoredPerson
    ) async throws -> PhoneMessage {
        let text = text.trimmed
        guard !text.isEmpty, text.unicodeScalars.count <= Self.longestText else {
            throw PhoneError(code: "TEXT_INVALID", message: "A message has 1 to \(Self.longestText) characters.")
        }
        let now = state.now()
        let (bot, message) = try await state.database.write { transaction in
            guard let bot = try BotStore(transaction).find(username: username) else { throw PhoneError.noSuchBot }
            guard bot.admits(person.id) else {
                throw PhoneError(status: .forbidden, code: "BOT_PRIVATE", message: "This bot talks only to its owner.")
            }
            let chats = ChatStore(transaction)
            try chats.start(personID: person.id, botID: bot.id, at: now)
            if try chats.find(personID: person.id, botID: bot.id)?.keyboard?.oneTimeKeyboard == true {
                try chats.setKeyboard(nil, personID: person.id, botID: bot.id)
            }
            let message = try MessageStore(transaction).append(
                text, from: .person, personID: person.id, botID: bot.id, at: now)
            var wire = message.wire(bot: bot, person: person)
            if let voice {
                wire.text = nil
                wire.voice = try VoiceStore(transaction).insert(voice, botID: bot.id, at: now)
            }
            if bot.id == BotFather.id {
                try BotFather(person: person, transaction: transaction, now: now).answer(text)
            } else {
                try UpdateStore(transaction).append(wire, for: bot)
            }
            return (bot, message)
        }
        await state.pollers.wake(botID: bot.id)
        await state.phones.send(.changed(bot: bot.username), to: person.id)
        return PhoneMessage(message)
    }

    private func create(_ wanted: NewBot, for person: StoredPerson) async throws -> StoredBot {
        let now = state.now()
        let bot = try await state.database.write { [managerID = state.managerID] in
            try wanted.create(for: person, in: $0, at: now, managerID: managerID)
        }
        if let managerID = bot.managerID { await state.pollers.wake(botID: managerID) }
        if let manager = wanted.manager { await state.phones.send(.changed(bot: manager), to: person.id) }
        await state.phones.send(.changed(bot: bot.username), to: person.id)
        return bot
    }

    private func events(of person: StoredPerson, _ request: Request) -> Response {
        let body = ResponseBody { writer in
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                let subscription = await state.phones.subscribe(personID: person.id)
                async let _: Void = subscription.beat(every: Self.heartbeat)
                do {
                    try await writer.write(
                        ByteBuffer(string: "retry: 1000\n" + ServerSentEvent.encoded(name: "hello", data: "{}")))
                    for try await event in subscription.events.cancelOnGracefulShutdown() {
                        try await writer.write(ByteBuffer(string: try event.serverSent))
                    }
                } catch {
                    await state.phones.unsubscribe(subscription, personID: person.id)
                    throw error
                }
                await state.phones.unsubscribe(subscription, personID: person.id)
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }
}

private struct Outgoing: Decodable {
    let text: String
}

private struct CreatedBot: Encodable {
    let id: Int64
    let username: String
    let name: String
    /// Where to talk to it.
    let url: String
    /// Only its owner sees it, and only for a bot that nobody manages.
    let token: String?

    init(_ bot: StoredBot, publicURL: String, token: String?) {
        id = bot.id
        username = bot.username
        name = bot.name
        url = "\(publicURL)/t.me/\(bot.username)"
        self.token = token
    }
}

extension PhoneEvents.Event {
    fileprivate var serverSent: String {
        get throws {
            switch self {
            case .changed(let bot): ServerSentEvent.encoded(name: "change", data: try JSONText.encode(["bot": bot]))
            case .typing(let bot): ServerSentEvent.encoded(name: "typing", data: try JSONText.encode(["bot": bot]))
            case .answered(let bot, let text):
                ServerSentEvent.encoded(name: "answer", data: try JSONText.encode(["bot": bot, "text": text]))
            case .heartbeat: ": still here\n\n"
            }
        }
    }
}
