import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// A program that holds a phone of the sandbox, and keeps its cookie.
actor TestPhone {
    struct Answer: Sendable {
        let status: Int
        let body: String

        func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try JSONDecoder().decode(type, from: Data(body.utf8))
        }
    }

    struct Message: Decodable, Sendable, Hashable {
        let id: Int64
        let revision: Int64
        let from: String
        let text: String
        let edited: Bool
        let deleted: Bool
    }

    struct Chat: Decodable, Sendable {
        struct Bot: Decodable, Sendable {
            let id: Int64
            let username: String
            let name: String
        }

        let bot: Bot
        let started: Bool
    }

    struct Bot: Decodable, Sendable {
        let id: Int64
        let username: String
        let url: String
        let token: String?
    }

    private struct Chats: Decodable {
        let chats: [Chat]
    }

    private struct Conversation: Decodable {
        let messages: [Message]
    }

    private let root: String
    private let language: String
    private(set) var cookie: String?

    init(root: String, language: String) {
        self.root = root
        self.language = language
    }

    func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: root + path)
        request.headers.add(name: "Accept-Language", value: language)
        if let cookie { request.headers.add(name: "Cookie", value: cookie) }
        return request
    }

    func get(_ path: String) async throws -> Answer {
        try await send(request(path))
    }

    @discardableResult
    func post(_ path: String, _ json: String) async throws -> Answer {
        var request = request(path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: json))
        return try await send(request)
    }

    private func send(_ request: HTTPClientRequest) async throws -> Answer {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        if let set = response.headers.first(name: "Set-Cookie") {
            cookie = set.split(separator: ";").first.map(String.init)
        }
        return Answer(
            status: Int(response.status.code), body: String(buffer: try await response.body.collect(upTo: 1 << 20)))
    }

    func chats() async throws -> [Chat] {
        try await get("/phone/chats").decoded(Chats.self).chats
    }

    func messages(_ bot: String, after revision: Int64 = 0) async throws -> [Message] {
        try await get("/phone/chats/\(bot)/messages?after=\(revision)").decoded(Conversation.self).messages
    }

    @discardableResult
    func say(_ text: String, to bot: String) async throws -> Answer {
        try await post("/phone/chats/\(bot)/messages", String(decoding: JSONEncoder().encode(["text": text]), as: UTF8.self))
    }

    @discardableResult
    func create(_ username: String, name: String = "Agent", manager: String = "Platform_Bot") async throws -> Answer {
        try await post(
            "/phone/managed-bots", #"{"manager": "\#(manager)", "name": "\#(name)", "username": "\#(username)"}"#)
    }
}
