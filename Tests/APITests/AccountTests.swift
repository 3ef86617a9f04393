import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestSupport
import Testing

/// Plans, customers and who may see what.
struct AccountTests {
    @Test func plansAreOpenToEveryoneAndComeFromTheTable() async throws {
        try await TestAPI.run { api in
            try await api.client.execute(uri: "/v1/plans", method: .get) { response in
                let plans = try #require(try TestAPI.object(response)["data"]).items
                #expect(plans.map { $0["tier"] } == PlanTable.builtIn.all.map { .text($0.tier.rawValue) })
                #expect(
                    plans.map { $0["monthly_price_cents"] }
                        == PlanTable.builtIn.all.map { .number(Double($0.monthlyPrice)) })
                #expect(
                    plans.map { $0["monthly_units"] } == PlanTable.builtIn.all.map { .number(Double($0.monthlyUnits)) })
            }
        }
    }

    @Test func whoAsksTooOftenIsToldWhenToComeBack() async throws {
        try await TestAPI.run { api in
            for _ in 1...20 {
                try await api.client.execute(uri: "/v1/me", method: .get, headers: api.ana.headers()) { response in
                    #expect(response.status == .ok)
                }
            }
            try await api.client.execute(uri: "/v1/plans", method: .get, headers: api.ana.headers()) { response in
                #expect(response.status == .tooManyRequests)
                #expect(response.headers[.contentType] == "application/problem+json")
                #expect(response.headers[.retryAfter] == "1")
                let answer = try TestAPI.object(response)
                #expect(answer["code"] == .text("too_many_requests"))
            }
            // Neither another customer nor a stranger pays for it, and Stripe is never sent away.
            try await api.client.execute(uri: "/v1/me", method: .get, headers: api.ben.headers()) { response in
                #expect(response.status == .ok)
            }
            for _ in 1...20 {
                try await api.client.execute(uri: "/v1/plans", method: .get) { #expect($0.status == .ok) }
            }
            for _ in 1...25 {
                try await api.client.execute(uri: "/webhooks/stripe", method: .post) { response in
                    #expect(response.status != .tooManyRequests)
                }
            }
            api.platform.clock.advance(by: .milliseconds(100))
            try await api.client.execute(uri: "/v1/me", method: .get, headers: api.ana.headers()) { response in
                #expect(response.status == .ok)
            }
        }
    }

    @Test func everyoneSeesThemselves() async throws {
        try await TestAPI.run { api in
            for tenant in [api.ana, api.ben] {
                try await api.client.execute(uri: "/v1/me", method: .get, headers: tenant.headers()) { response in
                    let me = try TestAPI.object(response)
                    #expect(me["id"] == .text(tenant.customer.id.rawValue))
                    #expect(me["language"] == .text("en"))
                    #expect(me["created_at"] == .text("2026-01-01T00:00:00Z"))
                }
            }
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/v1/me"), (.get, "/v1/box"), (.post, "/v1/box/restart"), (.get, "/v1/usage"),
        (.get, "/v1/usage/events"), (.get, "/v1/agent"), (.get, "/v1/sessions"), (.get, "/v1/tokens"), (.post, "/v1/export"),
        (.get, "/v1/notices"), (.patch, "/v1/notices"), (.get, "/v1/erasure"), (.post, "/v1/erasure"),
        (.delete, "/v1/erasure"), (.get, "/v1/webhook-endpoints"), (.delete, "/v1/webhook-endpoints/whe_1"),
        (.post, "/v1/webhook-endpoints/whe_1/test"), (.get, "/v1/webhook-endpoints/whe_1/deliveries"),
        (.post, "/v1/webhook-deliveries/msg_1/resend"),
    ])
    func withoutASessionNothingIsShownOrDone(method: HTTPRequest.Method, uri: String) async throws {
        try await TestAPI.run { api in
            let headers: HTTPFields = [.origin: TestAPI.origin, .idempotencyKey: "k", .cookie: "__Host-session=forged"]
            try await api.client.execute(uri: uri, method: method, headers: headers) { response in
                #expect(response.status == .unauthorized)
                let answer = try TestAPI.object(response)
                #expect(answer["code"] == .text("not_signed_in"))
            }
            #expect(try await api.platform.queuedJobs(ReconcileBox.kind).isEmpty)
        }
    }

    @Test(arguments: [
        ("/v1/notices", #"{"usage": null}"#), ("/v1/notices", #"{"usage": {"mail": null}}"#),
        ("/v1/agent", #"{"purpose": null}"#),
    ])
    func aMemberThatMayBeLeftOutIsNotNull(_ uri: String, _ body: String) async throws {
        try await TestAPI.run { api in
            var headers = api.ana.headers()
            headers[.contentType] = "application/json"
            headers[.origin] = TestAPI.origin
            try await api.client.execute(uri: uri, method: .patch, headers: headers, body: ByteBuffer(string: body)) {
                #expect($0.status == .badRequest)
            }
        }
    }

    @Test func noticesAreSwitchedOneByOne() async throws {
        try await TestAPI.run { api in
            let headers = api.ana.headers()
            func change(_ body: String) async throws -> [String: JSONValue] {
                var headers = headers
                headers[.contentType] = "application/json"
                headers[.origin] = TestAPI.origin
                return try await api.client.execute(
                    uri: "/v1/notices", method: .patch, headers: headers, body: ByteBuffer(string: body)
                ) { response in
                    #expect(response.status == .ok)
                    return try TestAPI.object(response)
                }
            }
            let off = try await change(#"{"usage":{"mail":false}}"#)
            #expect(off["usage"]?["mail"] == .bool(false) && off["usage"]?["chat"] == .bool(true))
            #expect(try await change(#"{"usage":{"chat":false}}"#)["usage"]?["mail"] == .bool(false), "it stays")
            #expect(try await change(#"{"usage":{"mail":true}}"#)["usage"]?["mail"] == .bool(true))
            try await api.client.execute(uri: "/v1/notices", method: .get, headers: api.ben.headers()) { response in
                let answer = try TestAPI.object(response)
                #expect(answer["usage"]?["mail"] == .bool(true), "another customer's are untouched")
            }
        }
    }
}
