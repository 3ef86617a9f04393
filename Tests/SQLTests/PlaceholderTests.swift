import Testing

@testable import Postgres

struct PlaceholderTests {
    @Test(arguments: [
        ("SELECT ?1", "SELECT $1"),
        ("VALUES (?1, ?2, ?12)", "VALUES ($1, $2, $12)"),
        ("SELECT ?1::jsonb WHERE a = ?1", "SELECT $1::jsonb WHERE a = $1"),
        ("SELECT '?1' || ?1", "SELECT '?1' || $1"),
        ("SELECT 'it''s ?1', ?2", "SELECT 'it''s ?1', $2"),
        (#"SELECT "a?1", "b""?2" FROM t WHERE c = ?3"#, #"SELECT "a?1", "b""?2" FROM t WHERE c = $3"#),
        ("SELECT 1 -- ?1 isn't it\n, ?1", "SELECT 1 -- ?1 isn't it\n, $1"),
        ("SELECT /* ?1 /* it's ?2 */ ?3 */ ?4", "SELECT /* ?1 /* it's ?2 */ ?3 */ $4"),
        ("SELECT a - ?1 / ?2", "SELECT a - $1 / $2"),
        ("SELECT a ? 'key'", "SELECT a ? 'key'"),
        ("SELECT 'never closed ?1", "SELECT 'never closed ?1"),
        ("SELECT 'ação 🍲', ?1", "SELECT 'ação 🍲', $1"),
        ("", ""),
    ])
    func rewritesNumberedPlaceholdersOutsideLiteralsAndComments(_ sql: String, _ expected: String) {
        #expect(sql.withPostgresPlaceholders == expected)
    }
}
