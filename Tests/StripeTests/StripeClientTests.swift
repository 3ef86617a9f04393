import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Stripe
import Synchronization
import Testing

struct StripeClientTests {
    @Test func repeatsAFailedPostWithTheSameIdempotencyKey() async throws {
        let seen = try await calls(answers: [(500, nil), (429, nil), (200, nil)]) { client in
            let customer = try await client.createCustomer(email: "ana@example.com", metadata: [:], idempotencyKey: "once")
            #expect(customer.id == "cus_1")
        }
        #expect(seen.map(\.idempotencyKey) == ["once", "once", "once"])
        #expect(seen.allSatisfy { $0.version == StripeClient.apiVersion && $0.authorization == "Bearer sk_test_secret" })
    }

    @Test func obeysStripeShouldRetry() async throws {
        let seen = try await calls(answers: [(500, "false"), (200, nil)]) { client in
            let error = await #expect(throws: StripeError.self) { try await client.portalFor("cus_1") }
            #expect(error?.kind == .api)
        }
        #expect(seen.count == 1)
    }

    @Test func givesUpAfterTheLastAttempt() async throws {
        let seen = try await calls(answers: [(503, nil), (503, nil), (503, nil), (503, nil)]) { client in
            await #expect(throws: StripeError.self) { try await client.portalFor("cus_1") }
        }
        #expect(seen.count == 3)
        #expect(Set(seen.map(\.idempotencyKey)).count == 1)
    }

    @Test func saysWhenNobodyAnswers() async throws {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        // Port 9 is discard; nothing listens there.
        let client = StripeClient(
            httpClient: httpClient, baseURL: "http://127.0.0.1:9", apiKey: "sk_test_secret",
            retryPolicy: StripeRetryPolicy(attempts: 2, firstDelay: .milliseconds(1)))
        let error = await #expect(throws: StripeError.self) { try await client.subscription("sub_1") }
        #expect(error?.kind == .connection)
        #expect(error?.description.contains("sk_test_secret") == false)
        try await httpClient.shutdown()
    }

    @Test func neverPrintsTheKey() {
        let client = StripeClient(httpClient: .shared, baseURL: "https://api.stripe.com/", apiKey: "sk_live_secret")
        var dumped = ""
        dump(client, to: &dumped)
        for text in ["\(client)", String(reflecting: client), dumped] {
            #expect(!text.contains("secret"))
        }
    }

    // MARK: A server that answers as told

    private struct Call: Sendable {
        let idempotencyKey: String?
        let version: String?
        let authorization: String?
    }

    private final class Script: Sendable {
        private let state: Mutex<(answers: [(Int, String?)], calls: [Call])>

        init(_ answers: [(Int, String?)]) { state = Mutex((answers, [])) }

        var calls: [Call] { state.withLock { $0.calls } }

        func next(_ call: Call) -> (status: Int, shouldRetry: String?) {
            state.withLock { state in
                state.calls.append(call)
                return state.answers.isEmpty ? (404, nil) : state.answers.removeFirst()
            }
        }
    }

    private func calls(
        answers: [(Int, String?)], _ body: @escaping @Sendable (StripeClient) async throws -> Void
    ) async throws -> [Call] {
        let script = Script(answers)
        let router = Router()
        router.post("/v1/**") { request, _ in
            let answer = script.next(
                Call(
                    idempotencyKey: request.headers[HTTPField.Name("Idempotency-Key")!],
                    version: request.headers[HTTPField.Name("Stripe-Version")!],
                    authorization: request.headers[.authorization]))
            var headers: HTTPFields = [.contentType: "application/json"]
            headers[HTTPField.Name("Stripe-Should-Retry")!] = answer.shouldRetry
            return Response(
                status: HTTPResponse.Status(code: answer.status), headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"id": "cus_1", "url": "http://x", "email": null}"#)))
        }
        try await Application(router: router, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }).test(.live) {
            server in
            let client = StripeClient(
                httpClient: .shared, baseURL: "http://127.0.0.1:\(try #require(server.port))", apiKey: "sk_test_secret",
                retryPolicy: StripeRetryPolicy(attempts: 3, firstDelay: .milliseconds(1)))
            try await body(client)
        }
        return script.calls
    }
}

extension StripeClient {
    fileprivate func portalFor(_ customer: String) async throws -> StripePortalSession {
        try await createPortalSession(customer: customer, returnURL: "http://127.0.0.1/")
    }
}
