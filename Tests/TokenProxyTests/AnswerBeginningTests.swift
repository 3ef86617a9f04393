import Testing

@testable import TokenProxy

struct AnswerBeginningTests {
    @Test(arguments: [
        (#"{"choices":[]}"#, AnswerBeginning.json), ("\r\n  {", .json), ("[1]", .json),
        ("data: {}", .stream), ("data:{}", .stream), ("event: ping", .stream), (": comment", .stream),
        ("\n\nid: 1", .stream),
        ("retry: 3", .stream), ("<!doctype html>", .page), ("oops", .other), ("database", .other),
    ])
    func tellsWhatAnAnswerIs(_ text: String, _ beginning: AnswerBeginning) {
        #expect(find(text) == beginning)
        #expect(find("\u{FEFF}" + text) == beginning)
    }

    @Test(arguments: ["", "\n", "d", "data", "event", "re"])
    func waitsForMore(_ text: String) {
        #expect(find(text) == nil)
    }

    @Test func findsWhatStandsBehindAMark() {
        for count in 0...2 {
            let part = Array(AnswerBeginning.byteOrderMark.prefix(count))
            #expect(part.withUnsafeBytes { AnswerBeginning.find(in: $0).0 } == nil)
        }
        #expect(Array("\u{FEFF}{}".utf8).withUnsafeBytes { AnswerBeginning.find(in: $0).start } == 3)
    }

    private func find(_ text: String) -> AnswerBeginning? {
        Array(text.utf8).withUnsafeBytes { AnswerBeginning.find(in: $0).0 }
    }
}
