import Core
import Testing

@testable import HostDesk

/// RFC 6238, Appendix B, for SHA-1.
struct TOTPTests {
    private static let key = Array("12345678901234567890".utf8)

    @Test(
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(Int64, String)])
    func codesAreThoseOfTheStandard(seconds: Int64, code: String) {
        let step = TOTP.step(at: Timestamp(seconds: seconds))
        #expect(TOTP(key: Self.key, digits: 8).code(step: step) == code)
        #expect(TOTP(key: Self.key).code(step: step) == code.suffix(6))
    }

    @Test func aClockMayBeOffByOneStep() {
        let totp = TOTP(key: Self.key)
        let now = Timestamp(seconds: 1_234_567_890)
        let present = TOTP.step(at: now)
        for offset in -3...3 as ClosedRange<Int64> {
            let step = totp.step(of: totp.code(step: present + offset), at: now, after: 0)
            #expect(step == (abs(offset) <= 1 ? present + offset : nil))
        }
    }

    @Test func noCodeIsTakenTwiceNorOneBefore() {
        let totp = TOTP(key: Self.key)
        let now = Timestamp(seconds: 1_234_567_890)
        let present = TOTP.step(at: now)
        #expect(totp.step(of: totp.code(step: present), at: now, after: present) == nil)
        #expect(totp.step(of: totp.code(step: present - 1), at: now, after: present) == nil)
        #expect(totp.step(of: totp.code(step: present + 1), at: now, after: present) == present + 1)
    }

    @Test(arguments: ["", "12345", "1234567", "abcdef", "٠١٢٣٤٥"])
    func whatIsNoCodeIsRefused(text: String) {
        #expect(TOTP(key: Self.key).step(of: text, at: Timestamp(seconds: 59), after: 0) == nil)
    }

    @Test func spacesInACodeDoNotMatter() {
        let totp = TOTP(key: Self.key)
        let code = totp.code(step: 1)
        #expect(totp.step(of: "\(code.prefix(3)) \(code.suffix(3))", at: Timestamp(seconds: 59), after: 0) == 1)
    }

    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI"),
    ])
    func base32IsThatOfTheStandard(text: String, encoded: String) {
        #expect(Base32.text(Array(text.utf8)) == encoded)
        #expect(Base32.bytes(encoded.lowercased()) == Array(text.utf8))
        #expect(Base32.bytes("0189") == nil)
    }

    @Test func theAddressNamesTheAccountAndCarriesTheKey() {
        let address = TOTP.address(key: Self.key, account: "ada+x@claw.example", issuer: "openclaw-cloud")
        #expect(
            address == "otpauth://totp/openclaw-cloud:ada%2Bx%40claw.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=openclaw-cloud&algorithm=SHA1&digits=6&period=30")
    }
}
