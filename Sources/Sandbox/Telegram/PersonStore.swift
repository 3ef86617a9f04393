import SQL
import Telegram

/// Who holds a phone.
struct StoredPerson: Sendable {
    let id: Int64
    let firstName: String
    let languageCode: String

    var wire: TelegramUser {
        TelegramUser(id: id, isBot: false, firstName: firstName, languageCode: languageCode)
    }

    /// The private chat with this person has the person's id.
    var chat: TelegramChat {
        TelegramChat(id: id, firstName: firstName)
    }
}

/// The people. All methods throw `SQLError`.
struct PersonStore {
    private let transaction: any Transaction

    init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    func find(phoneToken: String) throws -> StoredPerson? {
        try transaction.first("SELECT * FROM telegram_people WHERE phone_token = ?1", [.text(phoneToken)])
            .map(StoredPerson.init(row:))
    }

    func find(id: Int64) throws -> StoredPerson? {
        try transaction.first("SELECT * FROM telegram_people WHERE id = ?1", [.integer(id)])
            .map(StoredPerson.init(row:))
    }

    func insert(_ person: StoredPerson, phoneToken: String, at now: Int64) throws {
        try transaction.execute(
            """
            INSERT INTO telegram_people (id, phone_token, first_name, language_code, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """,
            [
                .integer(person.id), .text(phoneToken), .text(person.firstName), .text(person.languageCode),
                .integer(now),
            ])
    }
}

extension StoredPerson {
    init(row: Row) throws {
        id = try row.integer("id")
        firstName = try row.text("first_name")
        languageCode = try row.text("language_code")
    }
}
