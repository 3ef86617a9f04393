import Core
import TestSupport
import Testing
import Webhooks

struct WebhookSignatureTests {
    /// The example of https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    @Test func aSignatureIsTheStandardsOwn() throws {
        let headers = try #require(
            WebhookSignature.headers(
                id: "msg_loFOjxBNrRLzqYUf", body: #"{"event_type":"ping","data":{"success":true}}"#,
                time: Timestamp(seconds: 1_731_705_121), secret: Secret("whsec_plJ3nmyCDGBKInavdOK15jsl")))
        #expect(
            headers.map { "\($0.name): \($0.value)" } == [
                "webhook-id: msg_loFOjxBNrRLzqYUf", "webhook-timestamp: 1731705121",
                "webhook-signature: v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
            ])
    }

    @Test(arguments: ["", "whsec_", "whsec_%%%", "plJ3nmyCDGBKInavdOK15jsl"])
    func aMalformedSecretSignsNothing(_ secret: String) {
        #expect(WebhookSignature.headers(id: "msg", body: "{}", time: testNow, secret: Secret(secret)) == nil)
    }
}

struct WebhookAddressTests {
    @Test(arguments: [
        "https://example.com", "https://example.com/", "https://example.com:443/a/b?c=d&e=%20", "https://a.b-c.example/x",
        "https://xn--bcher-kva.example/hook",
    ])
    func aPublicNameOverHTTPSWillDo(_ url: String) throws {
        let address = try WebhookAddress(url, allowsThisMachine: false)
        #expect(address.url == url && address.port == 443 && !address.isThisMachine)
    }

    @Test(arguments: [
        "", "example.com", "http://example.com", "https://", "https:///x", "https://localhost", "https://127.0.0.1",
        "https://[::1]/", "https://2130706433", "https://0x7f.1", "https://10.0.0.1.", "https://example.com.",
        "https://example..com", "https://-a.example", "https://example.com:8443", "https://example.com:443443",
        "https://user@example.com", "https://user:pw@example.com", "https://example.com@10.0.0.1", "https://EXAMPLE.com",
        "https://example.com/#x", "https://example.com/a b", "https://example.com/\r\nHost: x", "https://example.com\\x",
        "https://example.com?x", "ftp://example.com", "https://bücher.example",
        "https://example.com/" + String(repeating: "a", count: 500),
        "http://localhost:8080/",
    ])
    func nothingElseDoes(_ url: String) {
        #expect(throws: DomainError.self) { try WebhookAddress(url, allowsThisMachine: false) }
    }

    @Test func onATrialThisMachineWillDoToo() throws {
        for url in ["http://localhost:8080/x", "http://127.0.0.1:9"] {
            #expect(try WebhookAddress(url, allowsThisMachine: true).isThisMachine)
        }
        for url in ["http://localhost", "http://10.0.0.1:80", "http://localhost:70000", "http://localhost.example:80"] {
            #expect(throws: DomainError.self) { try WebhookAddress(url, allowsThisMachine: true) }
        }
    }
}
