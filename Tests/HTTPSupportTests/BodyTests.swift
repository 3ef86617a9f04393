import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

struct BodyTests {
    struct Thing: Codable {
        let name: String
        let itemCount: Int
    }

    private static let json: HTTPFields = [.origin: TestSite.origin, .contentType: "application/json; charset=utf-8"]

    private static let routes: @Sendable (Router<AppRequestContext>) -> Void = { router in
        router.post("/things") { request, context in
            try Response(json: try await request.json(as: Thing.self, context: context))
        }
        router.post("/ignores") { _, _ in "ignored" }
        router.post("/webhooks/size") { request, context in
            "\(try await request.body.collect(upTo: context.maxUploadSize).readableBytes)"
        }
    }

    private func post(
        _ body: String, to uri: String = "/things", headers: HTTPFields = json, setup: TestingSetup = .router,
        _ check: @escaping @Sendable (TestResponse) throws -> Void
    ) async throws {
        try await TestSite().test(setup, routes: Self.routes) { client in
            try await client.execute(uri: uri, method: .post, headers: headers, body: ByteBuffer(string: body)) {
                try check($0)
            }
        }
    }

    @Test func jsonIsReadAndWrittenInSnakeCase() async throws {
        try await post(#"{"name": "a", "item_count": 2}"#) { response in
            #expect(response.headers[.contentType] == "application/json")
            #expect(String(buffer: response.body) == #"{"item_count":2,"name":"a"}"#)
        }
    }

    @Test(arguments: [
        ("", "malformed_json"), ("{", "malformed_json"), ("nonsense", "malformed_json"),
        (#"{"name" "a"}"#, "malformed_json"),
        ("\u{0}", "malformed_json"), ("{}", "invalid_body"), ("[]", "invalid_body"), ("null", "invalid_body"),
        (#"{"name": 1, "item_count": 2}"#, "invalid_body"), (#"{"name": "a", "item_count": null}"#, "invalid_body"),
        (#"{"name": "a", "item_count": 1e99}"#, "malformed_json"),
    ])
    func badJSONIs400AndSaysWhatIsWrong(body: String, code: String) async throws {
        try await post(body) { response in
            let problem = try ReceivedProblem(response)
            #expect(problem.code == code)
            #expect(response.status == .badRequest)
        }
    }

    @Test func aMissingFieldIsNamedAsClientsWriteIt() async throws {
        try await post(#"{"name": "a"}"#) { response in
            let problem = try ReceivedProblem(response)
            #expect(problem.detail.contains("'item_count'"))
        }
    }

    @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
    func otherMediaTypesAre415(type: String) async throws {
        try await post("{}", headers: [.origin: TestSite.origin, .contentType: type]) { response in
            let problem = try ReceivedProblem(response)
            #expect(problem.code == "unsupported_media_type")
        }
    }

    @Test(arguments: ["/things", "/ignores"])
    func bodiesBeyond64KilobytesAre413EvenWhereNobodyReadsThem(uri: String) async throws {
        let body = String(repeating: "x", count: 64 * 1024 + 1)
        try await post(body, to: uri) { response in
            let problem = try ReceivedProblem(response)
            #expect(problem.code == "body_too_large")
            #expect(response.status == .contentTooLarge)
        }
    }

    @Test func webhooksMayCarryAMegabyteAndNoMore() async throws {
        try await post(String(repeating: "x", count: 1024 * 1024), to: "/webhooks/size") { response in
            #expect(String(buffer: response.body) == "1048576")
        }
        try await post(String(repeating: "x", count: 1024 * 1024 + 1), to: "/webhooks/size") { response in
            #expect(response.status == .contentTooLarge)
        }
    }

    @Test func aHugeBodyIsRefusedByTheRealServerToo() async throws {
        try await post(String(repeating: "x", count: 8 * 1024 * 1024), setup: .live) { response in
            #expect(response.status == .contentTooLarge)
        }
    }

    @Test func aBodyThatAnnouncesNoLengthIsLimitedToo() async throws {
        try await TestSite().test(.ahc(), routes: Self.routes) { client in
            var headers = Self.json
            headers[.transferEncoding] = "chunked"
            try await client.execute(
                uri: "/things", method: .post, headers: headers,
                body: ByteBuffer(string: String(repeating: "x", count: 100_000))
            ) { response in
                #expect(response.status == .contentTooLarge)
            }
        }
    }
}
