import Testing

@testable import SQL

struct MigrationStatementTests {
    @Test func aMigrationIsSplitIntoItsStatements() {
        let migration = Migration(
            number: 1, name: "x",
            sql: """
                -- a; comment
                CREATE TABLE a (b text);

                -- more
                CREATE TABLE c (
                    d text DEFAULT ';'
                );
                INSERT INTO a VALUES ('x; y');
                """)
        #expect(
            migration.statements == [
                "CREATE TABLE a (b text)", "CREATE TABLE c (\n    d text DEFAULT ';'\n)", "INSERT INTO a VALUES ('x; y');",
            ])
    }

    @Test func commentsAloneAreNoStatement() {
        #expect(Migration(number: 1, name: "x", sql: "-- nothing\n\n-- at all\n").statements.isEmpty)
    }
}
