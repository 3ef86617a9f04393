import HTTPTypes
import Stripe
import Testing

@testable import Sandbox

struct StripeAPITests {
    // MARK: Who calls

    @Test(arguments: [nil, "", "Bearer", "Digest sk_test"] as [String?])
    func asksForAKey(authorization: String?) async throws {
        try await StripeLab.run { lab in
            let answer = try await lab.call(.get, "/v1/customers", authorization: authorization)
            #expect(answer.status == 401)
            #expect(answer.error["type"] == "invalid_request_error")
        }
    }

    @Test(arguments: ["Bearer pk_test_1", "Basic !!!", "Basic cGtfdGVzdDo="])
    func refusesWhatIsNoSecretKey(authorization: String) async throws {
        try await StripeLab.run { lab in
            let answer = try await lab.call(.get, "/v1/customers", authorization: authorization)
            #expect(answer.status == 401)
        }
    }

    @Test func takesTheKeyAsBasicNameToo() async throws {
        try await StripeLab.run { lab in
            // sk_test_lab:
            let answer = try await lab.call(.get, "/v1/customers", authorization: "Basic c2tfdGVzdF9sYWI6")
            #expect(answer.status == 200)
            #expect(answer.headers[.init("Request-Id")!]?.hasPrefix("req_") == true)
        }
    }

    // MARK: What is refused

    @Test(
        arguments: [
            ("/v1/customers", ["mail": "ana@example.com"], "parameter_unknown", "mail"),
            ("/v1/customers", ["email": "ana"], "email_invalid", "email"),
            ("/v1/customers", ["email": ""], "parameter_invalid_empty", "email"),
            ("/v1/customers", ["metadata[a][b]": "1"], "parameter_unknown", "metadata[a][b]"),
            ("/v1/customers", ["metadata": "1"], "parameter_unknown", "metadata"),
            ("/v1/customers", ["metadata[a": "1"], "parameter_unknown", "metadata[a"),
            ("/v1/prices", ["unit_amount": "100"], "parameter_missing", "currency"),
            ("/v1/prices", ["currency": "usd", "unit_amount": "ten"], "parameter_invalid_integer", "unit_amount"),
            ("/v1/prices", ["currency": "usd", "unit_amount": "1"], "parameter_missing", "product"),
            ("/v1/prices", ["currency": "usd", "unit_amount": "1", "product": "prod_x"], "resource_missing", "product"),
            ("/v1/billing_portal/sessions", [:], "parameter_missing", "customer"),
            ("/v1/billing_portal/sessions", ["customer": "cus_x"], "resource_missing", "customer"),
        ] as [(String, [String: String], String, String)])
    func refusesWhatStripeWouldRefuse(path: String, parameters: [String: String], code: String, name: String) async throws {
        try await StripeLab.run { lab in
            let answer = try await lab.call(.post, path, parameters)
            #expect(answer.status == 400)
            #expect(answer.error["code"].text == code)
            #expect(answer.error["param"].text == name)
            #expect(answer.error["type"] == "invalid_request_error")
        }
    }

    @Test(arguments: [
        "customers", "prices", "products", "checkout/sessions", "subscriptions", "invoices", "charges", "events",
    ])
    func doesNotKnowUnknownIDs(path: String) async throws {
        try await StripeLab.run { lab in
            let answer = try await lab.call(.get, "/v1/\(path)/nothing_1")
            #expect(answer.status == 404)
            #expect(answer.error["code"] == "resource_missing")
        }
    }

    @Test(arguments: [
        ("{\"email\": \"a@b.c\"}", "application/json", 400), ("email=%zz", "application/x-www-form-urlencoded", 400),
        (String(repeating: "a", count: 300_000), "application/x-www-form-urlencoded", 413),
    ])
    func refusesBodiesThatAreNotFormsOrTooLarge(body: String, type: String, status: Int) async throws {
        try await StripeLab.run { lab in
            let answer = try await lab.call(.post, "/v1/customers", body: body, type: type)
            #expect(answer.status == status)
            #expect(answer.error["message"].text?.isEmpty == false)
            #expect(try await lab.call(.get, "/v1/customers").body["data"].list.isEmpty)
        }
    }

    // MARK: Idempotency

    @Test func replaysTheFirstAnswer() async throws {
        try await StripeLab.run { lab in
            let first = try await lab.call(.post, "/v1/customers", ["email": "ana@example.com"], key: "k")
            let second = try await lab.call(.post, "/v1/customers", ["email": "ana@example.com"], key: "k")
            #expect(first.body == second.body)
            #expect(second.headers[.init("Idempotent-Replayed")!] == "true")
            #expect(try await lab.call(.get, "/v1/customers").body["data"].list.count == 1)
        }
    }

    @Test func refusesTheSameKeyForAnotherRequest() async throws {
        try await StripeLab.run { lab in
            _ = try await lab.call(.post, "/v1/customers", ["email": "ana@example.com"], key: "k")
            let other = try await lab.call(.post, "/v1/customers", ["email": "ben@example.com"], key: "k")
            #expect(other.status == 400)
            #expect(other.error["type"] == "idempotency_error")
        }
    }

    @Test func doesNotKeepAKeyWhoseRequestWasRefused() async throws {
        try await StripeLab.run { lab in
            let refused = try await lab.call(.post, "/v1/customers", ["email": "ana"], key: "k")
            #expect(refused.status == 400)
            let accepted = try await lab.call(.post, "/v1/customers", ["email": "ana@example.com"], key: "k")
            #expect(accepted.status == 200)
        }
    }

    // MARK: Lists and expansion

    @Test func pagesThroughLists() async throws {
        try await StripeLab.run { lab in
            var ids: [String] = []
            for _ in 0..<5 { ids.insert(try await lab.call(.post, "/v1/customers").body.id, at: 0) }
            let first = try await lab.call(.get, "/v1/customers", ["limit": "2"]).body
            #expect(first["data"].list.map(\.id) == Array(ids[0...1]))
            #expect(first["has_more"].isTrue)
            let last = try await lab.call(.get, "/v1/customers", ["limit": "3", "starting_after": ids[1]]).body
            #expect(last["data"].list.map(\.id) == Array(ids[2...4]))
            #expect(!last["has_more"].isTrue)
            let back = try await lab.call(.get, "/v1/customers", ["limit": "1", "ending_before": ids[2]]).body
            #expect(back["data"].list.map(\.id) == [ids[1]])
            #expect(try await lab.call(.get, "/v1/customers", ["limit": "0"]).status == 400)
        }
    }

    @Test func findsPricesByLookupKeyAndTransfersTheKey() async throws {
        try await StripeLab.run { lab in
            let old = try await lab.price(key: "pro")
            let taken = try await lab.call(
                .post, "/v1/prices",
                ["currency": "usd", "unit_amount": "1", "product_data[name]": "x", "lookup_key": "pro"])
            #expect(taken.error["code"] == "resource_already_exists")
            let new = try await lab.call(
                .post, "/v1/prices",
                [
                    "currency": "usd", "unit_amount": "1", "product_data[name]": "x", "lookup_key": "pro",
                    "transfer_lookup_key": "true",
                ]
            ).body.id
            let found = try await lab.call(.get, "/v1/prices", ["lookup_keys[]": "pro"]).body["data"].list
            #expect(found.map(\.id) == [new])
            #expect(try await lab.call(.get, "/v1/prices/\(old)").body["lookup_key"] == .null)
        }
    }

    @Test func filtersByTextAndNotByAbsence() async throws {
        try await StripeLab.run { lab in
            _ = try await lab.call(.post, "/v1/customers")
            let ana = try await lab.call(.post, "/v1/customers", ["email": "ana@example.com"]).body.id
            let found = try await lab.call(.get, "/v1/customers", ["email": "ana@example.com"]).body["data"].list
            #expect(found.map(\.id) == [ana])
            #expect(try await lab.call(.get, "/v1/customers", ["email": "x@y.z"]).body["data"].list.isEmpty)
        }
    }

    @Test func expandsIDsAndRefusesWhatCannotBeExpanded() async throws {
        try await StripeLab.run { lab in
            let price = try await lab.price()
            let expanded = try await lab.call(.get, "/v1/prices/\(price)", ["expand[]": "product"]).body
            #expect(expanded["product"]["name"] == "OpenClaw <Pro>")
            #expect(try await lab.call(.get, "/v1/prices/\(price)", ["expand[]": "nothing"]).status == 400)
        }
    }
}
