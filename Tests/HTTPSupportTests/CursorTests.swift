import Core
import HTTPSupport
import Testing

struct CursorTests {
    @Test(arguments: ["req_1", "evt_06fz5", "A_b_9", "_"])
    func comesBackAsItWasAndIsSafeInAURL(id: String) throws {
        let cursor = Cursor(time: Timestamp(milliseconds: 1_767_225_600_123), id: id)
        let text = cursor.description
        #expect(try Cursor(text) == cursor)
        #expect(
            text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".utf8.contains($0) })
    }

    @Test(arguments: [
        "", "-", "nonsense", "%%%", "123", "123-", "-req_1", "123-a-b", "123-a\0", "123\0-a", "+123-a", "٣-a", "123-ü",
        "1234567890123456-a", "123-" + String(repeating: "a", count: 65),
    ])
    func refusesWhatWeDidNotIssue(text: String) {
        #expect {
            try Cursor(text)
        } throws: { error in
            (error as? DomainError)?.code == "invalid_cursor"
        }
    }
}
