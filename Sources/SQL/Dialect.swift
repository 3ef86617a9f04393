/// The few places where the engines need different words.
package enum Dialect: Sendable {
    case sqlite, postgres

    /// At the end of a SELECT whose rows this transaction will claim: passes over rows that another one is claiming.
    /// SQLite has one writer, so nobody else can be.
    package var skipLocked: String {
        switch self {
        case .sqlite: ""
        case .postgres: "FOR UPDATE SKIP LOCKED"
        }
    }

    /// A condition that holds where `column` is one of the texts in the JSON array bound to `placeholder`.
    package func isOneOf(_ column: String, _ placeholder: String) -> String {
        switch self {
        case .sqlite: "\(column) IN (SELECT value FROM json_each(\(placeholder)))"
        case .postgres: "\(column) IN (SELECT jsonb_array_elements_text(\(placeholder)::jsonb))"
        }
    }

    /// The texts in the JSON array bound to `placeholder`, as rows with the one column `value`.
    package func rows(_ placeholder: String) -> String {
        switch self {
        case .sqlite: "(SELECT value FROM json_each(\(placeholder)))"
        case .postgres: "(SELECT value FROM jsonb_array_elements_text(\(placeholder)::jsonb) AS value)"
        }
    }

    /// What a schema change begins with: PostgreSQL lets one process at a time through, however long it takes. SQLite
    /// has one writer anyway.
    var schemaChangePreamble: [String] {
        switch self {
        case .sqlite: []
        // The number is any that nothing else in this database uses.
        case .postgres: ["SET LOCAL statement_timeout = 0", "SELECT pg_advisory_xact_lock(6734203189)"]
        }
    }

    /// Selects the tables there are, as `name`.
    var tables: String {
        switch self {
        case .sqlite: "SELECT name FROM sqlite_master WHERE type = 'table'"
        case .postgres: "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"
        }
    }
}
