import Core
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

/// A site with all middlewares, one customer who is signed in by the cookie `__Host-session=anas-token`, and a test's own routes.
struct TestSite: Sendable {
    static let origin = "https://claw.example"
    static let ana = Customer(
        id: Customer.ID(body: IdentifierBody(time: Timestamp(seconds: 1), random: 1)), language: .portuguese,
        createdAt: Timestamp(seconds: 1))
    static let anasCookie: HTTPFields = [.cookie: "__Host-session=anas-token"]
    /// What a browser sends with a form of our own pages.
    static let ownOrigin: HTTPFields = [.origin: origin]

    let metrics = MetricsRegistry()
    var htmlErrorPage: (@Sendable (Problem, AppRequestContext) -> Response)?

    func router() -> Router<AppRequestContext> {
        Router.app(service: "test", publicOrigin: Self.origin, metrics: metrics, htmlErrorPage: htmlErrorPage) { token in
            if token == "broken" { throw Broken(secret: "sk_live_1234") }
            return token == "anas-token" ? Self.ana : nil
        }
    }

    func test(
        _ setup: TestingSetup = .router, logger: Logger = .silent,
        routes: @Sendable (Router<AppRequestContext>) -> Void,
        _ body: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let router = router()
        routes(router)
        router.refuseOtherMethods()
        try await Application(router: router, logger: logger).test(setup, body)
    }

    /// An error that nobody expected, and that knows what must not leave.
    struct Broken: Error, CustomStringConvertible {
        let secret: String
        var description: String { "broken with \(secret)" }
    }
}

extension Logger {
    static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}

/// The fields of a problem, as a client reads them.
struct ReceivedProblem: Decodable, Equatable {
    let type: String
    let title: String
    let status: Int
    let code: String
    let detail: String
    let requestID: String

    private enum CodingKeys: String, CodingKey {
        case type, title, status, code, detail
        case requestID = "request_id"
    }

    /// - Throws: if the response is no problem+json, or says another status than its head.
    init(_ response: TestResponse) throws {
        #expect(response.headers[.contentType] == "application/problem+json")
        self = try JSONDecoder().decode(Self.self, from: Data(response.body.readableBytesView))
        #expect(status == response.status.code)
        #expect(requestID == response.headers[.xRequestID])
        #expect(!detail.isEmpty)
    }
}
