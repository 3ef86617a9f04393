package import Core
import Crypto
import FoundationEssentials
import HTTPTypes
package import Hummingbird
import NIOCore
package import SQL
import Store

/// The `Idempotency-Key` of a request, with a fingerprint of what it asks for: a client that got no answer sends the same
/// again, and it is done once (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
package struct IdempotencyKey: Sendable, Hashable {
    /// How long an answer is remembered.
    package static let lifetime = Duration.hours(24)

    let key: String
    /// SHA-256 of method, path and body, in hex.
    let requestHash: String

    /// - Throws: `DomainError` with the code `idempotency_key_missing` or `invalid_idempotency_key`.
    package init(of request: Request, context: AppRequestContext) async throws {
        guard let key = request.headers[.idempotencyKey] else {
            throw DomainError(
                .invalid, code: "idempotency_key_missing",
                "Send the header Idempotency-Key with a value of your own, such as a UUID, and the same one if you try again."
            )
        }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw DomainError(
                .invalid, code: "invalid_idempotency_key",
                "The Idempotency-Key must have 1 to 255 visible ASCII characters without spaces.")
        }
        let body = try await request.body.collect(upTo: context.maxUploadSize)
        self.key = key
        var hash = SHA256()
        hash.update(data: Data("\(request.method) \(request.uri.path)\n".utf8))
        hash.update(data: Data(body.readableBytesView))
        requestHash = hash.finalize().hexadecimal
    }
}

/// An answer that can be given again.
package struct RecordedAnswer: Sendable, Hashable {
    package let status: Int
    /// JSON.
    package let body: String

    /// - Throws: an `EncodingError`.
    package init(status: HTTPResponse.Status, json value: some Encodable) throws {
        self.init(status: status.code, body: String(decoding: try JSONEncoder.api.encode(value), as: UTF8.self))
    }

    init(status: Int, body: String) {
        self.status = status
        self.body = body
    }

    package var response: Response {
        Response(
            status: HTTPResponse.Status(code: status), headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}

/// The answers that were given to requests with a key.
package struct IdempotencyStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// Performs what is asked once: in one transaction with its answer, so that neither exists without the other.
    /// - Returns: the answer of `perform`, or the one that was given to this key before.
    /// - Throws: `DomainError` with the code `idempotency_key_reused` if the key came with another request before;
    ///   `SQLError`; whatever `perform` throws, and then nothing is remembered.
    package func once(
        _ key: IdempotencyKey, customerID: Customer.ID, now: Timestamp, perform: () throws -> RecordedAnswer
    ) throws -> RecordedAnswer {
        try transaction.execute(
            "DELETE FROM idempotency_keys WHERE customer_id = ?1 AND created_at <= ?2",
            [.text(customerID.rawValue), .integer((now - IdempotencyKey.lifetime).milliseconds)])
        if let row = try transaction.first(
            "SELECT request_hash, status, body FROM idempotency_keys WHERE customer_id = ?1 AND idempotency_key = ?2",
            [.text(customerID.rawValue), .text(key.key)])
        {
            guard try row.text("request_hash") == key.requestHash else {
                throw DomainError(
                    .conflict, code: "idempotency_key_reused",
                    "This Idempotency-Key came with another request before. Use a new one for each request.")
            }
            return RecordedAnswer(status: Int(try row.integer("status")), body: try row.text("body"))
        }
        let answer = try perform()
        try transaction.execute(
            """
            INSERT INTO idempotency_keys (customer_id, idempotency_key, request_hash, status, body, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """,
            [
                .text(customerID.rawValue), .text(key.key), .text(key.requestHash), .integer(Int64(answer.status)),
                .text(answer.body), .integer(now.milliseconds),
            ])
        return answer
    }
}
