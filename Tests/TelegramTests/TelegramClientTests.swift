import AsyncHTTPClient
import Telegram
import Testing

struct TelegramClientTests {
    private static let secret = String(repeating: "s3cret_", count: 5)
    private let client = TelegramClient(
        httpClient: .shared, apiRoot: "http://127.0.0.1:1/", token: "123456:\(Self.secret)")

    @Test func neverShowsItsToken() {
        var dumped = ""
        dump(client, to: &dumped)
        for text in ["\(client)", String(reflecting: client), dumped] {
            #expect(!text.contains(Self.secret))
        }
        #expect("\(client)".contains("123456"))
    }

    @Test func tellsThatNothingWasAskedWhereThereIsNoConnection() async {
        let error = await #expect(throws: TelegramError.self) { try await client.sendMessage(chatID: 1, text: "x") }
        guard case .notConnected = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isTransient == true && error?.code == nil)
    }

    @Test func tellsAnInvalidAddressWithoutTheToken() async {
        let client = TelegramClient(httpClient: .shared, apiRoot: "nonsense", token: "123456:\(Self.secret)")
        let error = await #expect(throws: TelegramError.self) { try await client.getMe() }
        #expect(error?.code == nil)
        #expect(error?.isTransient == true)
        #expect(!String(reflecting: error).contains(Self.secret))
    }
}
