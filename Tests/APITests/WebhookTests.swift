import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SQL
import TestSupport
import Testing

struct WebhookTests {
    private struct Programs: Sendable {
        let api: TestAPI

        func call(
            _ method: HTTPRequest.Method, _ path: String = "", _ body: String? = nil, as tenant: TestAPI.Tenant? = nil,
            headers more: HTTPFields? = nil
        ) async throws -> (status: HTTPResponse.Status, object: [String: JSONValue]) {
            var headers = more ?? (tenant ?? api.ana).headers()
            if body != nil { headers[.contentType] = "application/json" }
            api.platform.clock.advance(by: .seconds(1))
            return try await api.client.execute(
                uri: path.hasPrefix("/v1") ? path : "/v1/webhook-endpoints" + path, method: method, headers: headers,
                body: body.map { ByteBuffer(string: $0) }
            ) { ($0.status, $0.body.readableBytes == 0 ? [:] : try TestAPI.object($0)) }
        }

        func create() async throws -> String {
            let made = try await call(.post, "", #"{"url":"https://a.example/hook","events":["agent.running"]}"#)
            #expect(made.status == .created)
            guard case .text(let id) = made.object["id"] else { return "" }
            return id
        }
    }

    private static func run(_ body: @escaping @Sendable (Programs) async throws -> Void) async throws {
        try await TestAPI.run { try await body(Programs(api: $0)) }
    }

    @Test func anEndpointsSecretIsShownOnce() async throws {
        try await Self.run { programs in
            let made = try await programs.call(
                .post, "", #"{"url":"https://a.example/hook","events":["usage.threshold_reached","agent.running"]}"#)
            guard case .text(let secret) = made.object["secret"] else { throw CancellationError() }
            #expect(secret.wholeMatch(of: /whsec_[A-Za-z0-9+\/]{43}=/) != nil)
            #expect(made.object["events"] == .array([.text("agent.running"), .text("usage.threshold_reached")]))
            let list = try #require(try await programs.call(.get).object["data"]).items
            #expect(list.count == 1 && list[0]["secret"] == nil && list[0]["is_on"] == .bool(true))
            let sealed = try await programs.api.platform.database.read {
                try $0.first("SELECT secret_sealed FROM webhook_endpoints", [])?.text("secret_sealed")
            }
            #expect(sealed?.contains(secret) == false)
        }
    }

    @Test(arguments: [
        (#"{"url":"http://a.example","events":["agent.running"]}"#, "invalid_webhook_url"),
        (#"{"url":"https://127.0.0.1/","events":["agent.running"]}"#, "invalid_webhook_url"),
        (#"{"url":"http://localhost:80/","events":["agent.running"]}"#, "invalid_webhook_url"),
        (#"{"url":"https://a.example","events":[]}"#, "invalid_webhook_events"),
        (#"{"url":"https://a.example","events":["webhook.test"]}"#, "invalid_webhook_events"),
        (#"{"url":"https://a.example","events":["agent.unknown"]}"#, "invalid_body"),
        (#"{"events":["agent.running"]}"#, "invalid_body"),
    ])
    func whatIsMalformedIsRefused(_ body: String, _ code: String) async throws {
        try await Self.run { programs in
            let answer = try await programs.call(.post, "", body)
            #expect(answer.status == .badRequest && answer.object["code"] == .text(code))
        }
    }

    @Test func thereAreFiveAtMost() async throws {
        try await Self.run { programs in
            for _ in 1...5 { _ = try await programs.create() }
            let sixth = try await programs.call(.post, "", #"{"url":"https://a.example","events":["agent.running"]}"#)
            #expect(sixth.status == .conflict && sixth.object["code"] == .text("too_many_webhooks"))
        }
    }

    @Test func anEndpointIsChangedTestedAndDeleted() async throws {
        try await Self.run { programs in
            let id = try await programs.create()
            let tested = try await programs.call(.post, "/\(id)/test")
            #expect(tested.status == .accepted && tested.object["event"] == .text("webhook.test"))
            #expect(try await programs.api.platform.queuedJobs(DeliverWebhook.kind).count == 1)
            guard case .text(let message) = tested.object["id"] else { throw CancellationError() }
            let sent = try #require(try await programs.call(.get, "/\(id)/deliveries").object["data"]).items
            #expect(sent.map { $0["id"] } == [.text(message)] && sent[0]["state"] == .text("waiting"))
            #expect(try await programs.call(.post, "/v1/webhook-deliveries/\(message)/resend").status == .accepted)
            #expect(try await programs.api.platform.queuedJobs(DeliverWebhook.kind).count == 1, "it waits already")

            let off = try await programs.call(.patch, "/\(id)", #"{"is_on":false,"events":["agent.held"]}"#)
            #expect(off.object["is_on"] == .bool(false) && off.object["off_reason"] == .text("owner"))
            #expect(off.object["events"] == .array([.text("agent.held")]))
            #expect(try await programs.call(.post, "/\(id)/test").object["code"] == .text("webhook_off"))
            #expect(
                try await programs.call(.post, "/v1/webhook-deliveries/\(message)/resend").object["code"]
                    == .text("webhook_off"))
            #expect(try await programs.call(.patch, "/\(id)", #"{"events":null}"#).status == .badRequest)
            #expect(try await programs.call(.patch, "/\(id)", #"{"is_on":true}"#).object["is_on"] == .bool(true))

            #expect(try await programs.call(.delete, "/\(id)").status == .noContent)
            #expect(try await programs.call(.delete, "/\(id)").object["code"] == .text("no_webhook"))
            #expect(
                try await programs.call(.post, "/v1/webhook-deliveries/\(message)/resend").object["code"]
                    == .text("no_webhook_delivery"))
        }
    }

    @Test func whoHasPaidForNoAgentHasNothingSent() async throws {
        try await Self.run { programs in
            let id = try await programs.create()
            try await programs.api.platform.database.write { try $0.execute("UPDATE boxes SET desired = 'draft'", []) }
            let refused = try await programs.call(.post, "/\(id)/test")
            #expect(refused.status == .notFound && refused.object["code"] == .text("no_box"))
            #expect(try await programs.api.platform.queuedJobs(DeliverWebhook.kind).isEmpty)
        }
    }

    @Test func whatHasEndedIsSentAgainFromTheBeginningWithItsID() async throws {
        try await Self.run { programs in
            let id = try await programs.create()
            guard case .text(let message) = try await programs.call(.post, "/\(id)/test").object["id"] else { return }
            try await programs.api.platform.database.write { transaction in
                try transaction.execute("DELETE FROM jobs", [])
                try transaction.execute("UPDATE webhook_deliveries SET attempts = 10, failed_at = 1, fault = 'timeout'", [])
            }
            let failed = try #require(try await programs.call(.get, "/\(id)/deliveries").object["data"]).items
            #expect(failed[0]["state"] == .text("failed") && failed[0]["fault"] == .text("timeout"))
            let again = try await programs.call(.post, "/v1/webhook-deliveries/\(message)/resend")
            #expect(again.object["id"] == .text(message) && again.object["state"] == .text("waiting"))
            #expect(again.object["attempts"] == .number(0))
            #expect(try await programs.api.platform.queuedJobs(DeliverWebhook.kind).count == 1)
        }
    }

    @Test func anothersEndpointsAreNotThere() async throws {
        try await Self.run { programs in
            let id = try await programs.create()
            guard case .text(let message) = try await programs.call(.post, "/\(id)/test").object["id"] else { return }
            let ben = programs.api.ben
            #expect(try await programs.call(.get, as: ben).object["data"] == .array([]))
            let attempts: [(HTTPRequest.Method, String, String?)] = [
                (.patch, "/\(id)", #"{"is_on":false}"#), (.delete, "/\(id)", nil), (.post, "/\(id)/test", nil),
                (.get, "/\(id)/deliveries", nil), (.post, "/v1/webhook-deliveries/\(message)/resend", nil),
                (.delete, "/whe_x", nil), (.post, "/v1/webhook-deliveries/x/resend", nil),
            ]
            for (method, path, body) in attempts {
                #expect(try await programs.call(method, path, body, as: ben).status == .notFound, "\(method) \(path)")
            }
            let list = try #require(try await programs.call(.get).object["data"]).items
            #expect(list.count == 1 && list[0]["is_on"] == .bool(true))
        }
    }

    @Test func testsAreLimitedAndAProgramMayOnlyDoWhatItsTokenSays() async throws {
        try await Self.run { programs in
            let id = try await programs.create()
            var statuses: [Int] = []
            for _ in 1...13 { statuses.append(try await programs.call(.post, "/\(id)/test").status.code) }
            #expect(statuses.first == 202 && statuses.last == 429)
            let token = try await programs.call(.post, "/v1/tokens", #"{"name":"Reader","scope":"read"}"#)
            guard case .text(let text) = token.object["token"] else { throw CancellationError() }
            let headers: HTTPFields = [.authorization: "Bearer \(text)"]
            #expect(try await programs.call(.get, headers: headers).status == .ok)
            #expect(try await programs.call(.delete, "/\(id)", headers: headers).status == .forbidden)
        }
    }

    @Test func theDocumentNamesEveryMessage() async throws {
        try await Self.run { programs in
            let whole = try await programs.api.client.execute(uri: "/openapi.json", method: .get) { try TestAPI.object($0) }
            guard case .object(let webhooks) = whole["webhooks"] else { throw CancellationError() }
            #expect(Set(webhooks.keys) == Set(WebhookEvent.Kind.allCases.map(\.rawValue)))
            let schema = whole["components"]?["schemas"]?["WebhookEventType"]?["enum"]?.items
            #expect(schema == WebhookEvent.Kind.choosable.map { .text($0.rawValue) })
        }
    }
}
