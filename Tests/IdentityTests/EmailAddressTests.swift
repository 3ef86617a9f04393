import Core
import Testing

struct EmailAddressTests {
    @Test(arguments: [
        ("ana@example.com", "ana@example.com"),
        ("  Ana.Silva+claw@Mail.Example.COM\n", "ana.silva+claw@mail.example.com"),
        ("o'brien@example.ie", "o'brien@example.ie"),
        ("joão@exemplo.pt", "joão@exemplo.pt"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
    ])
    func isTrimmedAndInLowercase(input: String, expected: String) throws {
        #expect(try EmailAddress(input).text == expected)
    }

    @Test(arguments: [
        "", "ana", "ana@", "@example.com", "ana@localhost", "ana@example..com", "ana@.example.com", "ana@example.com.",
        ".ana@example.com", "ana.@example.com", "a..b@example.com", "ana silva@example.com", "ana@exa mple.com",
        "ana@-example.com", "ana@example-.com", "ana@example.com\r\nBcc: eve@example.com",
        "ana@example.com, eve@example.com",
        "<ana@example.com>", "ana@eve@example.com", String(repeating: "a", count: 65) + "@example.com",
        "a@" + String(repeating: "b", count: 64) + ".com",
        "a@" + Array(repeating: String(repeating: "b", count: 60), count: 5).joined(separator: ".") + ".com",
    ])
    func refusesWhatIsNoAddress(input: String) {
        #expect {
            try EmailAddress(input)
        } throws: { error in
            (error as? DomainError)?.code == "invalid_email"
        }
    }
}
