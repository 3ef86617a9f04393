import Core
import FoundationEssentials
import TestSupport
import Testing

@testable import HostDesk

struct TableTests {
    private static let table = Table(
        ["customer", "upstream_cost", "note"],
        rows: [
            [.id("cst_1"), .dollars(1_234_567_890_000), .text("a, \"b\"")],
            [.none, .dollars(-5_000_000), .text("=1+1")],
        ], next: "cst_1")

    @Test func csvIsQuotedAndNoFormula() {
        #expect(
            Self.table.csv == "customer,upstream_cost,note\ncst_1,1234.57,\"a, \"\"b\"\"\"\n,-0.01,'=1+1\n")
    }

    @Test func jsonHasARecordForEachRow() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let json = String(decoding: try encoder.encode(Self.table), as: UTF8.self)
        #expect(
            json == #"{"data":[{"customer":"cst_1","note":"a, \"b\"","upstream_cost":"1234.57"},"#
                + #"{"customer":null,"note":"=1+1","upstream_cost":"-0.01"}],"next":"cst_1"}"#)
    }

    @Test func columnsOfTextAreAsWideAsTheirContent() {
        #expect(
            Self.table.plain
                == "CUSTOMER  UPSTREAM COST  NOTE\ncst_1          $1234.57  a, \"b\"\n-                $-0.01  =1+1\n")
    }

    @Test func figuresAreReadable() {
        #expect(Cell.number(1_234_567).plain == "1,234,567" && Cell.number(-1000).plain == "-1,000")
        #expect(Cell.cents(4905).plain == "$49.05" && Cell.cents(0).plain == "$0.00")
        #expect(Cell.bytes(25_000).plain == "25 kB")
    }

    @Test(arguments: ["2026-13", "2026-1", "26-01", "2026-00", "now"])
    func whatIsNoMonthIsRefused(_ text: String) {
        #expect(Month(text) == nil)
    }

    @Test func aMonthEndsWhereTheNextOneBegins() throws {
        let december = try #require(Month("2025-12"))
        #expect(december.end == testNow && december.end == Month(containing: testNow)?.start)
        #expect(december.end - december.start == .days(31))
    }
}
