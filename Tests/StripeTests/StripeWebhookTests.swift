import Stripe
import Testing

struct StripeWebhookTests {
    static let payload = Array(#"{"id":"evt_1","object":"event"}"#.utf8)
    static let signature = "4c15fb2a43f93ef61eaa3e0893866d57cad9cad4223242cfb96f362480cb4021"
    static let time: Int64 = 1_700_000_000
    static let header = "t=1700000000,v1=\(signature)"

    @Test func signsAsTheVectorSays() {
        #expect(StripeSignature.sign(payload: Self.payload, secret: "whsec_test", timestamp: Self.time) == Self.header)
    }

    @Test func acceptsTheVector() throws {
        try verify(Self.header)
    }

    @Test func acceptsAnyOfSeveralSignaturesAndSecrets() throws {
        let other = String(repeating: "0", count: 64)
        try verify("t=1700000000,v1=\(other),v1=\(Self.signature),v0=whatever")
        try verify(Self.header, secrets: ["whsec_new", "whsec_test"])
    }

    @Test func refusesAnotherSecret() {
        #expect(throws: StripeWebhook.Failure.noMatchingSignature) { try verify(Self.header, secrets: ["whsec_other"]) }
        #expect(throws: StripeWebhook.Failure.noMatchingSignature) { try verify(Self.header, secrets: []) }
    }

    @Test func refusesAChangedBodyOrTime() {
        #expect(throws: StripeWebhook.Failure.noMatchingSignature) {
            try verify(Self.header, payload: Array(#"{"id":"evt_2","object":"event"}"#.utf8))
        }
        #expect(throws: StripeWebhook.Failure.noMatchingSignature) { try verify("t=1700000001,v1=\(Self.signature)") }
    }

    @Test func ignoresTheObsoleteScheme() {
        #expect(throws: StripeWebhook.Failure.malformedHeader) { try verify("t=1700000000,v0=\(Self.signature)") }
    }

    @Test(arguments: [-300, 0, 300] as [Int64])
    func acceptsFiveMinutesOnBothSides(offset: Int64) throws {
        try verify(Self.header, now: Self.time + offset)
    }

    @Test(arguments: [-301, 301, Int64.max - time] as [Int64])
    func refusesMoreThanFiveMinutesOnBothSides(offset: Int64) {
        #expect(throws: StripeWebhook.Failure.outsideTolerance) { try verify(Self.header, now: Self.time + offset) }
    }

    @Test(arguments: [
        "", "t", "t=", "v1=\(signature)", "t=abc,v1=\(signature)", "t=-5,v1=\(signature)", "t=1700000000",
        "t=1700000000,v1=xyz",
        "t=1700000000,v1=4c1",
    ])
    func refusesWhatIsNoSignatureHeader(header: String) {
        #expect(throws: StripeWebhook.Failure.malformedHeader) { try verify(header) }
    }

    private func verify(
        _ header: String, payload: [UInt8] = payload, secrets: [String] = ["whsec_test"], now: Int64 = time
    ) throws {
        try StripeWebhook.verify(payload: payload, header: header, secrets: secrets, now: now)
    }
}
