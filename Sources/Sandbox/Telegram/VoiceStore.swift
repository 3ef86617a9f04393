import FoundationEssentials
import SQL
import Telegram

/// The voice notes that people have sent, for bots to fetch. All methods throw `SQLError`.
struct VoiceStore {
    static let migration = Migration(
        number: 5, name: "voices",
        sql: """
            CREATE TABLE telegram_voices (
                file_id text PRIMARY KEY,
                bot_id bigint NOT NULL,
                content text NOT NULL,
                size bigint NOT NULL,
                at bigint NOT NULL
            );
            """)

    /// Bytes that are a second here; voice notes of real phones have about as many.
    private static let bytesOfASecond = 2_000

    private let transaction: any Transaction

    init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    func insert(_ audio: Data, botID: Int64, at now: Int64) throws -> TelegramVoice {
        let id = "voice_\(botID)_\(try transaction.next("message"))"
        try transaction.execute(
            "INSERT INTO telegram_voices (file_id, bot_id, content, size, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            [
                .text(id), .integer(botID), .text(audio.base64EncodedString()), .integer(Int64(audio.count)), .integer(now),
            ])
        return TelegramVoice(
            fileID: id, fileUniqueID: "u_\(id)", duration: max(1, audio.count / Self.bytesOfASecond),
            mimeType: "audio/ogg", fileSize: audio.count)
    }

    /// Another bot's file ids mean nothing to a bot.
    /// - Returns: bytes of the file; `nil` if there is none.
    func size(of fileID: String, botID: Int64) throws -> Int? {
        try transaction.first(
            "SELECT size FROM telegram_voices WHERE file_id = ?1 AND bot_id = ?2", [.text(fileID), .integer(botID)]
        ).map { Int(try $0.integer("size")) }
    }

    func content(of fileID: String, botID: Int64) throws -> Data? {
        try transaction.first(
            "SELECT content FROM telegram_voices WHERE file_id = ?1 AND bot_id = ?2", [.text(fileID), .integer(botID)]
        ).flatMap { Data(base64Encoded: try $0.text("content")) }
    }
}
