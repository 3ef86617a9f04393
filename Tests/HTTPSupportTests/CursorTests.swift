import Core
import HTTPSupport
import Testing

struct CursorTests {
    @Test(arguments: ["req_1", "a/b/c", "ü", "x+y=z"])
    func comesBackAsItWasAndIsSafeInAURL(id: String) throws {
        let cursor = Cursor(time: Timestamp(milliseconds: 1_767_225_600_123), id: id)
        let text = cursor.description
        #expect(try Cursor(text) == cursor)
        #expect(
            text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".utf8.contains($0) })
    }

    @Test(arguments: ["", "nonsense", "%%%", "MTIz", "YS9i", "MTIz//8="])
    func refusesWhatWeDidNotIssue(text: String) {
        #expect {
            try Cursor(text)
        } throws: { error in
            (error as? DomainError)?.code == "invalid_cursor"
        }
    }
}
