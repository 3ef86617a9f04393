import Telegram
import Testing

struct TelegramTokenTests {
    private static let secret = String(repeating: "aB3_-", count: 7)

    @Test func acceptsAnIDAndALongSecret() {
        #expect(TelegramToken.isPlausible("123456:" + Self.secret))
        #expect(TelegramToken.botID(of: "123456:" + Self.secret) == 123_456)
    }

    @Test(arguments: [
        "", ":", "123456", "123456:", "123456:tooshort", "abc:" + secret, "0:" + secret, "-5:" + secret, "1:" + secret + "!",
        "1:2:" + secret, " 1:" + secret, "1:" + secret + "\n", "1:" + String(repeating: "a", count: 300),
        "99999999999999999999:" + secret,
    ])
    func refusesEverythingElse(_ text: String) {
        #expect(!TelegramToken.isPlausible(text))
    }
}
