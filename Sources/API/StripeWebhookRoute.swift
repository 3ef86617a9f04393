import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /webhooks/stripe`: verifies, stores and acknowledges; the work is done by a job afterwards.
package struct StripeWebhookRoute: Sendable {
    /// Verifies the signature and stores the event; returns when it is durable.
    ///
    /// Throws `DomainError` of kind `.invalid` for a forged or stale signature.
    package typealias Receiver = @Sendable (_ payload: [UInt8], _ signature: String) async throws -> Void

    let receive: Receiver

    func add(to router: Router<AppRequestContext>) {
        router.post("/webhooks/stripe") { request, context in
            guard let signature = request.headers[Self.signatureHeader] else {
                throw DomainError(.invalid, code: "signature_missing", "The header Stripe-Signature is missing.")
            }
            let body = try await request.body.collect(upTo: context.maxUploadSize)
            try await receive(Array(body.readableBytesView), signature)
            return try Response(json: ["received": true])
        }
    }

    // A valid field name.
    private static let signatureHeader = HTTPField.Name("Stripe-Signature")!
}
