package import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Speaks Stripe's HTTP API. Repeats what failed in passing; every POST carries an idempotency key, so repeating is safe.
package struct StripeClient: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The version that the shapes in `StripeObjects` belong to.
    package static let apiVersion = "2026-10-28.endive"

    private let httpClient: HTTPClient
    private let baseURL: String
    private let apiKey: String
    private let retryPolicy: StripeRetryPolicy

    /// - Parameters:
    ///   - baseURL: `https://api.stripe.com`, or the sandbox's; without a path.
    ///   - apiKey: `sk_…` or `rk_…`.
    package init(
        httpClient: HTTPClient, baseURL: String, apiKey: String, retryPolicy: StripeRetryPolicy = StripeRetryPolicy()
    ) {
        self.httpClient = httpClient
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.apiKey = apiKey
        self.retryPolicy = retryPolicy
    }

    // The key must not get into a log or a crash report by way of a dump of whatever holds the client.
    package var description: String { "StripeClient(\(baseURL))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    func get<Value: Decodable & Sendable>(_ path: String, _ query: StripeForm = StripeForm()) async throws -> Value {
        var request = HTTPClientRequest(url: baseURL + path + (query.fields.isEmpty ? "" : "?" + query.encoded))
        request.method = .GET
        return try await send(&request)
    }

    /// - Returns: the object as Stripe wrote it, byte for byte.
    func bytes(_ path: String) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = .GET
        return try await perform(&request).body
    }

    /// - Parameter idempotencyKey: given where the same wish may come again after a crash; random otherwise.
    func post<Value: Decodable & Sendable>(
        _ path: String, _ form: StripeForm, idempotencyKey: String? = nil
    ) async throws -> Value {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "Idempotency-Key", value: idempotencyKey ?? UUID().uuidString)
        request.body = .bytes(ByteBuffer(string: form.encoded))
        return try await send(&request)
    }

    func delete<Value: Decodable & Sendable>(_ path: String) async throws -> Value {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = .DELETE
        return try await send(&request)
    }

    private func send<Value: Decodable & Sendable>(_ request: inout HTTPClientRequest) async throws -> Value {
        let answer = try await perform(&request)
        return try decode(answer.body, requestID: answer.requestID)
    }

    private func perform(_ request: inout HTTPClientRequest) async throws -> (body: [UInt8], requestID: String?) {
        request.headers.add(name: "Authorization", value: "Bearer \(apiKey)")
        request.headers.add(name: "Stripe-Version", value: Self.apiVersion)
        request.headers.add(name: "User-Agent", value: "openclaw-cloud")
        var attempt = 1
        while true {
            let failure: StripeError
            let isWorthRetrying: Bool
            do {
                let response = try await httpClient.execute(request, timeout: .seconds(30))
                let body = try await Array(response.body.collect(upTo: 4 << 20).readableBytesView)
                let requestID = response.headers.first(name: "Request-Id")
                if (200..<300).contains(response.status.code) {
                    return (body, requestID)
                }
                failure = StripeError(status: Int(response.status.code), body: body, requestID: requestID)
                isWorthRetrying = retryPolicy.isWorthRetrying(
                    status: failure.status, shouldRetry: response.headers.first(name: "Stripe-Should-Retry"))
            } catch let error as StripeError {
                throw error
            } catch {
                try Task.checkCancellation()
                failure = StripeError(.connection, message: "Stripe can't be reached: \(error)")
                isWorthRetrying = retryPolicy.isWorthRetrying(status: nil, shouldRetry: nil)
            }
            guard isWorthRetrying, let delay = retryPolicy.delay(after: attempt, jitter: .random(in: 0...1)) else {
                throw failure
            }
            try await Task.sleep(for: delay)
            attempt += 1
        }
    }

    private func decode<Value: Decodable>(_ body: [UInt8], requestID: String?) throws(StripeError) -> Value {
        do {
            return try StripeJSON.decode(Value.self, from: body)
        } catch {
            throw StripeError(
                .unreadable, message: "Stripe's answer isn't the \(Value.self) that was expected.", requestID: requestID)
        }
    }
}
