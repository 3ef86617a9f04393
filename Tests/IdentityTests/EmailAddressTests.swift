import Core
import Testing

struct EmailAddressTests {
    @Test(arguments: [
        ("ana@example.com", "ana@example.com"),
        ("  Ana.Silva+claw@Mail.Example.COM\n", "ana.silva+claw@mail.example.com"),
        ("o'brien@example.ie", "o'brien@example.ie"),
        // RFC 3492 and Unicode's test data for IDNA.
        ("maria@München.example", "maria@xn--mnchen-3ya.example"), ("a@bücher.de", "a@xn--bcher-kva.de"),
        ("a@例え.テスト", "a@xn--r8jz45g.xn--zckzah"), ("a@пример.испытание", "a@xn--e1afmkfd.xn--80akhbyknj4f"),
        ("a@faß.de", "a@xn--fa-hia.de"), ("a@mail.são-paulo.com.br", "a@mail.xn--so-paulo-rza.com.br"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        // The same letters with their marks apart, and as East Asian keyboards write them.
        ("maria@Mu\u{308}nchen.example", "maria@xn--mnchen-3ya.example"),
        ("a@mail.sa\u{303}o-paulo.com.br", "a@mail.xn--so-paulo-rza.com.br"),
        ("a@\u{304B}\u{3099}.example", "a@xn--v8j.example"), ("Ａｎａ＠example.ｃｏｍ", "ana@example.com"),
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

    @Test(arguments: ["joão@exemplo.pt", "maría@example.com", "用户@example.com"])
    func saysWhatNoMailServerTakes(input: String) {
        #expect {
            try EmailAddress(input)
        } throws: { error in
            (error as? DomainError)?.code == "unmailable_email"
        }
    }
}
