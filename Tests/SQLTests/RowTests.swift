import SQL
import Testing

struct RowTests {
    private let row = Row(columns: ["a": 0, "b": 1, "c": 2], values: [.integer(-7), .text("x"), .null])

    @Test func readsValuesByName() throws {
        #expect(try row.integer("a") == -7)
        #expect(try row.text("b") == "x")
        #expect(try row.optionalText("c") == nil)
        #expect(try row.optionalInteger("c") == nil)
        #expect(try row.optionalInteger("a") == -7)
    }

    @Test func refusesValuesOfAnotherType() {
        #expect(throws: SQLError.unexpectedValue("a")) { try row.text("a") }
        #expect(throws: SQLError.unexpectedValue("b")) { try row.integer("b") }
        #expect(throws: SQLError.unexpectedValue("c")) { try row.text("c") }
        #expect(throws: SQLError.unexpectedValue("b")) { try row.optionalInteger("b") }
        #expect(throws: SQLError.missingColumn("d")) { try row.optionalText("d") }
    }
}
