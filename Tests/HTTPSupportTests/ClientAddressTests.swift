import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestSupport
import Testing

struct ClientAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), (" 192.0.2.1 ", "192.0.2.1"), ("192.0.2.1:4711", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"), ("2001:db8:1:2::", "2001:db8:1:2::/64"), ("::1", "0:0:0:0::/64"),
    ])
    func aClientIsAnIPv4AddressOrAnIPv6Customer(text: String, client: String) {
        #expect(IPAddress(text)?.client == client)
    }

    @Test(arguments: ["", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "256.1.1.1", "12345::", "[::1", "a.b.c.d:80"])
    func whatIsNoAddressIsNone(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("192.0.2.128/25", "192.0.2.127", false),
        ("192.0.2.128/25", "192.0.2.200", true), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::2", false),
        ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("fd00::/8", "fdff::1", true),
        ("fd00::/8", "fe00::1", false), ("::1", "::1", true), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
    ])
    func aRangeContainsWhatBeginsLikeIt(range: String, address: String, isIn: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(try #require(IPAddress(address))) == isIn)
    }

    @Test(arguments: ["", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0/8", "[::1]/64", "host/8"])
    func whatIsNoRangeIsNone(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test(arguments: [
        // Peer, fields of the header, client.
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["8.8.8.8, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["8.8.8.8", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["8.8.8.8, nonsense, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", [""], "10.0.0.1"),
    ])
    func theClientIsTheLastAddressThatIsNoProxyOfOurs(peer: String, forwarded: [String], client: String) throws {
        let proxies = TrustedProxies([try #require(AddressRange("10.0.0.0/24"))])
        #expect(proxies.client(peer: IPAddress(peer), forwardedFor: forwarded) == IPAddress(client))
    }

    @Test(arguments: [("127.0.0.1", "198.51.100.1"), ("192.0.2.1", "127.0.0.1")])
    func aRequestCarriesItsClient(trusted: String, expected: String) async throws {
        let router = Router.app(
            service: "test", publicOrigin: TestSite.origin,
            proxies: TrustedProxies([try #require(AddressRange(trusted))]), metrics: MetricsRegistry()
        ) { _ in nil }
        router.get("/client") { _, context in context.client }
        try await Application(router: router, logger: .silent).test(.live) { client in
            try await client.execute(uri: "/client", method: .get, headers: [.xForwardedFor: "198.51.100.1"]) { response in
                #expect(String(buffer: response.body) == expected)
            }
        }
    }

    // MARK: Limits

    @Test func whoAsksALotWaitsAndNewcomersAreServed() async {
        let clock = ManualClock()
        let limiter = SharedRateLimiter(
            "test", client: .init(burst: 5, perSecond: 0.1), all: .init(burst: 8, perSecond: 0.1), clock: clock.wallClock)
        func takes(_ client: String) async -> Bool { (try? await limiter.check(client)) != nil }
        for _ in 1...5 { #expect(await takes("greedy")) }
        #expect(await !takes("greedy"), "its own bound")
        for _ in 1...3 { #expect(await takes("second")) }
        #expect(await !takes("second"), "the bound for all")
        for number in 1...50 { #expect(await takes("newcomer \(number)"), "nobody is locked out") }
        #expect(await !takes("newcomer 1"))
    }
}
