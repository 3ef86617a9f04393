import Core
import SQL
import Store
import TestSupport
import Testing

/// Whatever table is added: an export has the customer's rows of it, and an erasure leaves nothing of theirs in it.
struct ErasureTests {
    /// Columns of every table of the product.
    private static func columns(_ transaction: any Transaction, _ engine: Engine) throws -> [String: [String]] {
        let rows =
            switch engine {
            case .sqlite:
                try transaction.query(
                    """
                    SELECT m.name AS t, p.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) p
                    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, p.cid
                    """, [])
            case .postgres:
                try transaction.query(
                    """
                    SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns
                    WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position
                    """, [])
            }
        return try rows.reduce(into: [:]) { $0[try $1.text("t"), default: []].append(try $1.text("c")) }
    }

    @Test(arguments: Engine.allCases)
    func anExportLooksIntoEveryTableThatNamesACustomer(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let columns = try await database.read { try Self.columns($0, engine) }
            let theirs = columns.filter { $0.value.contains("customer_id") }.keys
            #expect(theirs.count > 10)
            #expect(Set(theirs).subtracting(CustomerRecords.tables).isEmpty)
        }
    }

    /// Everything that says who somebody is, or what they said, has this word in it.
    private static let mark = "Quetzalcoatl"

    @Test(arguments: Engine.allCases)
    func anErasureLeavesNoWordOfTheirsInAnyTable(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let ana = try await Self.insertEverything(database)
            let columns = try await database.read { try Self.columns($0, engine) }
            func places() async throws -> Set<String> {
                try await database.read { transaction in
                    var places: Set<String> = []
                    for (table, names) in columns {
                        for name in names {
                            let found = try transaction.first(
                                "SELECT count(*) AS n FROM \(table) WHERE CAST(\(name) AS text) LIKE ?1",
                                [.text("%\(Self.mark)%")])
                            if try found?.integer("n") ?? 0 > 0 { places.insert("\(table).\(name)") }
                        }
                    }
                    return places
                }
            }
            #expect(try await places().count >= 12, "the words are there first")
            let export = try await database.read { try CustomerRecords($0).export(ana.id) }
            let exported = export.values.flatMap { $0 }.flatMap(\.values)
            #expect(exported.count { $0.contains(Self.mark) } >= 11)
            try await database.write { transaction in
                try transaction.execute("UPDATE subscriptions SET status = 'canceled', ended_at = 1", [])
                try CustomerRecords(transaction).erase(ana.id)
            }
            #expect(try await places() == [])
        }
    }

    private static func insertEverything(_ database: any Database) async throws -> Customer {
        var ana = Customer.sample(email: "\(mark)@example.com")
        ana.stripeCustomerID = "cus_1"
        var box = Box.sample(of: ana, botID: 1, desired: .deleted)
        box.agentName = mark
        box.purpose = "Help \(mark)"
        box.profile.instructions = "Call me \(mark)"
        let conversation = Conversation.sample(of: ana)
        try await database.write { [ana, box] transaction in
            let id = SQLValue.text(ana.id.rawValue)
            try CustomerStore(transaction).insert(ana)
            try CustomerStore(transaction).insertSession(
                tokenHash: "s", customerID: ana.id, now: testNow, expiresAt: testNow, device: mark)
            try ConversationStore(transaction).insert(conversation)
            try ConversationStore(transaction).append(to: conversation, role: .visitor, text: mark, now: testNow)
            try BoxStore(transaction).insert(box)
            try BoxStore(transaction).setProfile(box.profile, of: box)
            try BillingStore(transaction).upsert(.sample(of: box, stripeID: "sub_1"))
            try AccountStore(transaction).requestEmail("new-\(mark)@example.com", of: ana.id, now: testNow)
            try AccountStore(transaction).insertExport(
                tokenHash: "e", customerID: ana.id, now: testNow, expiresAt: testNow + .days(1))
            _ = try AccountStore(transaction).requestErasure(of: ana.id, now: testNow)
            try APITokenStore(transaction).insert(
                APIToken(id: testIDs.next(), customerID: ana.id, name: mark, scope: .read, createdAt: testNow), hash: "t")
            let endpoint = WebhookEndpoint(
                id: testIDs.next(), customerID: ana.id, url: "https://\(mark).example/", events: [.agentRunning],
                sealedSecret: "k.a.b", createdAt: testNow)
            try WebhookStore(transaction).insert(endpoint)
            _ = try WebhookStore(transaction).record(.test, for: endpoint, ids: testIDs, now: testNow)
            try transaction.execute("UPDATE webhook_deliveries SET body = '\(mark)'", [])
            for statement in [
                """
                INSERT INTO checkouts (id, customer_id, box_id, tier, url, created_at)
                VALUES ('chk_1', ?1, ?2, 'pro', 'https://pay.example/\(mark)', 1)
                """,
                """
                INSERT INTO reminders (id, customer_id, box_id, number, body, repeats, local_time, occurs_at, try_at, created_at)
                VALUES ('rmd_1', ?1, ?2, 1, 'Meet \(mark)', 'once', '2026-01-01T09:00', 1, 1, 1)
                """,
            ] {
                try transaction.execute(statement, [id, .text(box.id.rawValue)])
            }
            for statement in [
                """
                INSERT INTO idempotency_keys (customer_id, idempotency_key, request_hash, status, body, created_at)
                VALUES (?1, 'k', 'h', 200, '{"agent_name":"\(mark)"}', 1)
                """,
                """
                INSERT INTO jobs (id, kind, arguments, customer_id, state, attempt, run_at, transitions, created_at)
                VALUES ('job_1', 'k', '{"text":"\(mark)"}', ?1, 'complete', 1, 1, 1, 1)
                """,
                """
                INSERT INTO jobs (id, kind, arguments, state, attempt, run_at, transitions, created_at)
                VALUES ('job_2', 'k', '{"email":"\(mark)@example.com"}', 'complete', 1, 1, 1, 1)
                """,
            ] {
                try transaction.execute(statement, statement.contains("?1") ? [id] : [])
            }
            try transaction.execute(
                "INSERT INTO stripe_events (id, type, payload, received_at, handled_at) VALUES ('evt_1', 't', ?1, 1, 1)",
                [.text(#"{"customer":"cus_1","name":"\#(mark)"}"#)])
        }
        return ana
    }
}
