import Core
import SQL

extension Row {
    /// - Throws: `SQLError` if the column holds no id of this kind.
    func id<Subject>(_ column: String) throws(SQLError) -> Identifier<Subject> {
        guard let id = Identifier<Subject>(try text(column)) else { throw .unexpectedValue(column) }
        return id
    }

    /// - Throws: `SQLError` if the column holds anything else than null or an id of this kind.
    func optionalID<Subject>(_ column: String) throws(SQLError) -> Identifier<Subject>? {
        try optionalText(column) == nil ? nil : try id(column)
    }

    /// - Throws: `SQLError` if the column holds none of the enumeration's words.
    func value<Word: RawRepresentable<String>>(_ column: String) throws(SQLError) -> Word {
        guard let word = Word(rawValue: try text(column)) else { throw .unexpectedValue(column) }
        return word
    }

    /// - Throws: `SQLError` if the column holds anything else than null or one of the enumeration's words.
    func optionalValue<Word: RawRepresentable<String>>(_ column: String) throws(SQLError) -> Word? {
        guard let text = try optionalText(column) else { return nil }
        guard let word = Word(rawValue: text) else { throw .unexpectedValue(column) }
        return word
    }

    /// - Throws: `SQLError` if the column holds no time.
    func time(_ column: String) throws(SQLError) -> Timestamp {
        Timestamp(milliseconds: try integer(column))
    }

    /// - Throws: `SQLError` if the column holds text.
    func optionalTime(_ column: String) throws(SQLError) -> Timestamp? {
        try optionalInteger(column).map(Timestamp.init(milliseconds:))
    }
}

extension SQLValue {
    init(_ time: Timestamp?) {
        self.init(time?.milliseconds)
    }
}
