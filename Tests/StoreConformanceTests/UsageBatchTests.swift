import Core
import SQL
import Store
import TestSupport
import Testing

struct UsageBatchTests {
    /// Every size of statement that a batch may be split into, and several of them.
    @Test(arguments: [(1, 1), (3, 3), (4, 1), (16, 1), (21, 3), (63, 9), (64, 1), (149, 5)])
    func aBatchIsWrittenInFewStatements(_ events: Int, _ statements: Int) async throws {
        try await withUsage(.sqlite, limit: 100_000) { stage async throws in
            _ = try await stage.lease(need: 50_000)
            let batch = (0..<events).map { stage.event("r\($0)", TokenUsage(input: 2, cached: 1, output: 1)) }
            let count = try await stage.database.write { transaction in
                let counted = CountingTransaction(transaction)
                _ = try UsageStore(counted).record(batch, holder: "h", isRepeated: false)
                return counted.insertions
            }
            #expect(count == statements)
            #expect(try await stage.events(limit: 1_000).count == events)
        }
    }
}

/// Passes everything on, and counts the statements that write metered calls.
private final class CountingTransaction: Transaction {
    private let transaction: any Transaction
    private(set) var insertions = 0

    init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    var dialect: Dialect { transaction.dialect }

    func query(_ sql: String, _ parameters: [SQLValue]) throws(SQLError) -> [Row] {
        try transaction.query(sql, parameters)
    }

    @discardableResult
    func execute(_ sql: String, _ parameters: [SQLValue]) throws(SQLError) -> Int {
        if sql.hasPrefix("INSERT INTO usage_events") { insertions += 1 }
        return try transaction.execute(sql, parameters)
    }
}
