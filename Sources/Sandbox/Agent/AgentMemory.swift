import FoundationEssentials

/// What the agent remembers of a chat.
struct AgentSession: Codable, Sendable {
    struct Message: Codable, Sendable, Hashable {
        /// `user` or `assistant`.
        let role: String
        let content: String
    }

    /// An answer that has been made and perhaps not been sent.
    struct Answer: Codable, Sendable {
        let updateID: Int64
        let text: String
    }

    private static let longestHistory = 20

    private(set) var messages: [Message] = []
    var unsent: Answer?

    mutating func remember(_ message: Message) {
        messages.append(message)
        messages.removeFirst(max(messages.count - Self.longestHistory, 0))
    }
}

/// The agent's state directory: one file a chat, and how far Telegram's updates have been answered.
/// Files are replaced as a whole, so that a reader after a crash finds the old one or the new one.
struct AgentMemory: Sendable {
    private struct Progress: Codable {
        let nextUpdateID: Int64
    }

    private let directory: String

    /// - Throws: `CocoaError` if the directory can't be made.
    init(directory: String) throws {
        self.directory = directory
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    /// The first update that hasn't been answered; `nil` before the first answer.
    func nextUpdateID() -> Int64? {
        let progress: Progress? = load("telegram-updates")
        return progress?.nextUpdateID
    }

    /// - Throws: `CocoaError`.
    func setNextUpdateID(_ id: Int64) throws {
        try save(Progress(nextUpdateID: id), "telegram-updates")
    }

    /// - Returns: what is remembered; nothing if the file isn't there or can't be read.
    func session(chatID: Int64) -> AgentSession {
        load("\(chatID)") ?? AgentSession()
    }

    /// - Throws: `CocoaError`.
    func save(_ session: AgentSession, chatID: Int64) throws {
        try save(session, "\(chatID)")
    }

    private func load<Value: Decodable>(_ name: String) -> Value? {
        FileManager.default.contents(atPath: "\(directory)/\(name).json")
            .flatMap { try? JSONDecoder().decode(Value.self, from: $0) }
    }

    private func save(_ value: some Encodable, _ name: String) throws {
        try Data(JSONText.encode(value).utf8).write(to: URL(filePath: "\(directory)/\(name).json"), options: .atomic)
    }
}
