import CLibPQ
import SQL

/// What the server answered to one statement.
final class StatementResult {
    private let result: OpaquePointer

    init(_ result: OpaquePointer) {
        self.result = result
    }

    deinit {
        PQclear(result)
    }

    /// - Parameter connectionIsLost: whether libpq has given the connection up.
    /// - Returns: `nil` if the statement succeeded.
    func failure(connectionIsLost: Bool) -> StatementFailure? {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return nil
        default: break
        }
        let text = field("M") ?? String(cString: PQresultErrorMessage(result)).trimmed
        return connectionIsLost ? .lost(.unavailable(text)) : StatementFailure(state: field("C"), text: text)
    }

    /// 0 for statements that change no rows.
    var changes: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// - Throws: ``SQLError/unexpectedValue(_:)`` for a number that is no whole one.
    func rows() throws(SQLError) -> [Row] {
        let indices = 0..<PQnfields(result)
        let names = indices.map { String(cString: PQfname(result, $0)) }
        let types = indices.map { PQftype(result, $0) }
        let columns = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        var rows: [Row] = []
        for row in 0..<PQntuples(result) {
            var values: [SQLValue] = []
            for column in indices {
                let index = Int(column)
                values.append(try value(row, column, type: types[index], name: names[index]))
            }
            rows.append(Row(columns: columns, values: values))
        }
        return rows
    }

    private func value(_ row: Int32, _ column: Int32, type: Oid, name: String) throws(SQLError) -> SQLValue {
        if PQgetisnull(result, row, column) == 1 { return .null }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
        let text = String(decoding: bytes, as: UTF8.self)
        // The type numbers are fixed: https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat
        switch type {
        case 20, 21, 23, 1700:  // int8, int2, int4, numeric
            guard let integer = Int64(text) else { throw .unexpectedValue(name) }
            return .integer(integer)
        case 16:  // bool
            return .integer(text == "t" ? 1 : 0)
        case 700, 701:  // float4, float8
            throw .unexpectedValue(name)
        default:
            return .text(text)
        }
    }

    /// - Parameter code: one of libpq's `PG_DIAG_` letters.
    private func field(_ code: Unicode.Scalar) -> String? {
        PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
    }
}
