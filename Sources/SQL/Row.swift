/// One row of a result, its columns by name.
package struct Row: Sendable {
    private let columns: [String: Int]
    private let values: [SQLValue]

    /// - Parameters:
    ///   - columns: the position in `values` of each column; one dictionary serves all rows of a result.
    package init(columns: [String: Int], values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// - Throws: ``SQLError/missingColumn(_:)``.
    package func value(_ column: String) throws(SQLError) -> SQLValue {
        guard let index = columns[column] else { throw .missingColumn(column) }
        return values[index]
    }

    /// - Throws: ``SQLError`` if there is no such column or it holds no text.
    package func text(_ column: String) throws(SQLError) -> String {
        guard case .text(let text) = try value(column) else { throw .unexpectedValue(column) }
        return text
    }

    /// - Throws: ``SQLError`` if there is no such column or it holds an integer.
    package func optionalText(_ column: String) throws(SQLError) -> String? {
        if case .null = try value(column) { return nil }
        return try text(column)
    }

    /// - Throws: ``SQLError`` if there is no such column or it holds no integer.
    package func integer(_ column: String) throws(SQLError) -> Int64 {
        guard case .integer(let integer) = try value(column) else { throw .unexpectedValue(column) }
        return integer
    }

    /// - Throws: ``SQLError`` if there is no such column or it holds text.
    package func optionalInteger(_ column: String) throws(SQLError) -> Int64? {
        if case .null = try value(column) { return nil }
        return try integer(column)
    }
}
