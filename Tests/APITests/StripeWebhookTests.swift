import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

struct StripeWebhookTests {
    private static let signature = HTTPField.Name("Stripe-Signature")!

    @Test func anEventIsReceivedAsItWasSent() async throws {
        try await TestAPI.run { api in
            let payload = "{\"id\": \"evt_1\",  \"odd\":\"spacing ü\"}"
            try await api.client.execute(
                uri: "/webhooks/stripe", method: .post, headers: [Self.signature: "good"], body: ByteBuffer(string: payload)
            ) { response in
                #expect(response.status == .ok)
            }
            #expect(api.stripe.payloads == [payload])
        }
    }

    @Test func aForgedOrMissingSignatureIs400AndLeavesNoTrace() async throws {
        try await TestAPI.run { api in
            for (headers, code): (HTTPFields, String) in [
                ([Self.signature: "forged"], "invalid_signature"), ([:], "signature_missing"),
            ] {
                try await api.client.execute(
                    uri: "/webhooks/stripe", method: .post, headers: headers, body: ByteBuffer(string: "{}")
                ) { response in
                    #expect(response.status == .badRequest)
                    let answer = try TestAPI.object(response)
                    #expect(answer["code"] == .text(code))
                }
            }
            #expect(api.stripe.payloads.isEmpty)
        }
    }

    @Test func eventsBeyondAMegabyteAreRefused() async throws {
        try await TestAPI.run { api in
            try await api.client.execute(
                uri: "/webhooks/stripe", method: .post, headers: [Self.signature: "good"],
                body: ByteBuffer(repeating: 0x20, count: 1024 * 1024 + 1)
            ) { #expect($0.status == .contentTooLarge) }
            #expect(api.stripe.payloads.isEmpty)
        }
    }
}
