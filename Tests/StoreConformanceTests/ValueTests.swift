import SQL
import TestSupport
import Testing

/// What goes into a database comes out of it, and what can't be stored is refused.
struct ValueTests {
    private static let table = [
        Migration(
            number: 1, name: "values", sql: "CREATE TABLE things (id bigint PRIMARY KEY, name text UNIQUE, size bigint);\n")
    ]

    @Test(
        arguments: Engine.allCases,
        [
            "", "plain", "it's \"quoted\" \\ ?1 $1 %s", "ação 日本語 🍲👩‍👩‍👧", "line\nbreak\ttab\r", "\u{1}\u{7f}\u{feff}",
            "e\u{301} é",
        ])
    func textsComeBackAsTheyWere(_ engine: Engine, _ text: String) async throws {
        try await engine.withDatabase(migrations: Self.table) { database in
            let stored = try await database.write { transaction in
                try transaction.execute("INSERT INTO things (id, name) VALUES (?1, ?2)", [1, .text(text)])
                return try transaction.first("SELECT name FROM things WHERE name = ?1", [.text(text)])?.text("name")
            }
            #expect(stored.map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test(arguments: Engine.allCases)
    func megabytesOfTextComeBackAsTheyWere(_ engine: Engine) async throws {
        let text = String(repeating: "0123456789 ação\n", count: 200_000)
        try await engine.withDatabase(migrations: []) { database in
            let stored = try await database.write { transaction in
                try transaction.execute("CREATE TABLE long (body text)", [])
                try transaction.execute("INSERT INTO long (body) VALUES (?1)", [.text(text)])
                return try transaction.first("SELECT body FROM long", [])?.text("body")
            }
            #expect(stored == text)
        }
    }

    @Test(arguments: Engine.allCases, [0, -1, 1, (1 << 53) + 1, .min, .max] as [Int64])
    func integersComeBackAsTheyWere(_ engine: Engine, _ integer: Int64) async throws {
        try await engine.withDatabase(migrations: Self.table) { database in
            let row = try await database.write { transaction in
                try transaction.first(
                    "INSERT INTO things (id, size) VALUES (1, ?1) RETURNING size, name", [.integer(integer)])
            }
            #expect(try row?.integer("size") == integer)
            #expect(try row?.optionalText("name") == nil)
        }
    }

    @Test(arguments: Engine.allCases)
    func anEmptyTextIsNotNullAndNothingIsLeftOfTheLastRow(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.table) { database in
            let rows = try await database.write { transaction in
                let insert = "INSERT INTO things (id, size, name) VALUES (?1, ?2, ?3)"
                try transaction.execute(insert, [.integer(1), .integer(7), "full"])
                try transaction.execute(insert, [.integer(2), .integer(0), ""])
                try transaction.execute(insert, [.integer(3), .integer(8), .null])
                return try transaction.query("SELECT size, name FROM things ORDER BY id", [])
            }
            #expect(try rows.map { try $0.integer("size") } == [7, 0, 8])
            #expect(try rows.map { try $0.optionalText("name") } == ["full", "", nil])
        }
    }

    @Test(arguments: Engine.allCases, [0, 1, 3])
    func anotherNumberOfValuesThanTheStatementHasIsRefused(_ engine: Engine, _ count: Int) async throws {
        try await engine.withDatabase(migrations: Self.table) { database async throws in
            await #expect(throws: SQLError.self) {
                try await database.write { transaction in
                    try transaction.execute(
                        "INSERT INTO things (id, size) VALUES (?1, ?2)", Array(repeating: .integer(1), count: count))
                }
            }
            #expect(try await database.read { try $0.query("SELECT * FROM things", []).isEmpty })
        }
    }

    @Test(arguments: Engine.allCases)
    func aNULCharacterIsRefused(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.table) { database async throws in
            await #expect(throws: SQLError.failed("a text holds a NUL character, which can't be stored")) {
                try await database.write { try $0.execute("INSERT INTO things (id, name) VALUES (1, ?1)", ["a\0b"]) }
            }
            #expect(try await database.read { try $0.query("SELECT * FROM things", []).isEmpty })
        }
    }

    @Test(arguments: Engine.allCases)
    func sumsCountsAndComparisonsAreIntegers(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.table) { database in
            let row = try await database.write { transaction in
                try transaction.execute("INSERT INTO things (id, size) VALUES (1, 5), (2, 7)", [])
                return try transaction.first(
                    "SELECT sum(size) AS total, count(*) AS n, max(size) > 6 AS big FROM things", [])
            }
            #expect(try row?.integer("total") == 12)
            #expect(try row?.integer("n") == 2)
            #expect(try row?.integer("big") == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func aFractionIsRefusedRatherThanRounded(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.table) { database async throws in
            await #expect(throws: SQLError.unexpectedValue("half")) {
                try await database.read { try $0.query("SELECT 0.5 AS half", []).map { try $0.integer("half") } }
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func placeholdersMayRepeatAndStandInAnyOrder(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.table) { database in
            let names = try await database.write { transaction in
                try transaction.execute(
                    "INSERT INTO things (id, size, name) VALUES (?3, ?1, ?2), (?1, ?3, '?1 ' || ?2)", [10, "x", 20])
                return try transaction.query(
                    "SELECT name FROM things WHERE id = ?1 OR size = ?1 /* ?9 */ ORDER BY name -- ?8", [10]
                ).map { try $0.text("name") }
            }
            #expect(names == ["?1 x", "x"])
        }
    }

    @Test(arguments: Engine.allCases)
    func countsTheRowsThatChanged(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.table) { database in
            let counts = try await database.write { transaction in
                [
                    try transaction.execute("INSERT INTO things (id) VALUES (1), (2), (3)", []),
                    try transaction.execute("CREATE TABLE other (id bigint)", []),
                    try transaction.execute("UPDATE things SET size = 1 WHERE id > ?1", [1]),
                    try transaction.execute("INSERT INTO things (id) VALUES (1) ON CONFLICT (id) DO NOTHING", []),
                    try transaction.execute("DELETE FROM things WHERE id = ?1", [99]),
                    try transaction.execute("DELETE FROM things", []),
                ]
            }
            #expect(counts == [3, 0, 2, 0, 0, 3])
        }
    }

    @Test(arguments: Engine.allCases)
    func aListParameterMatchesAnyOfItsTexts(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.table) { database in
            let ids = try await database.write { transaction in
                try transaction.execute("INSERT INTO things (id, name) VALUES (1, 'a'), (2, 'b''\"'), (3, 'c')", [])
                return try transaction.query(
                    "SELECT id FROM things WHERE \(transaction.dialect.isOneOf("name", "?1")) ORDER BY id",
                    [.text(#"["a", "b'\"", "z"]"#)]
                ).map { try $0.integer("id") }
            }
            #expect(ids == [1, 2])
        }
    }
}
