import CloudApp
import Testing

struct TerminalTextTests {
    @Test func keepsWhatAnAgentWroteFromSteeringTheHostsTerminal() {
        #expect("a\u{1B}[2Jb\u{7}\u{9B}c\r\n\tdé🍲\n".forTerminal == "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}c\u{FFFD}\n\tdé🍲\n")
    }
}
