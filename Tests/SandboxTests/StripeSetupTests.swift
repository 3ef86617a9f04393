import HTTPTypes
import Testing

@testable import Sandbox

/// What an account has to have before anything is sold.
struct StripeSetupTests {
    @Test func anEndpointsSecretIsShownOnce() async throws {
        try await StripeLab.run { lab in
            let made = try await lab.call(.post, "/v1/webhook_endpoints", Self.endpoint).body
            #expect(made["secret"].text?.hasPrefix("whsec_") == true)
            let seen = try await lab.call(.get, "/v1/webhook_endpoints/\(made.id)").body
            #expect(seen["secret"] == .null && seen["enabled_events"] == ["invoice.paid"])
            let list = try await lab.call(.get, "/v1/webhook_endpoints").body["data"].list
            #expect(list.map(\.id) == [made.id, "we_sandbox"])
            let deleted = try await lab.call(.delete, "/v1/webhook_endpoints/\(made.id)").body
            #expect(deleted["deleted"].isTrue)
            #expect(try await lab.call(.get, "/v1/webhook_endpoints/\(made.id)").status == 404)
        }
    }

    @Test(
        arguments: [
            ("url", "", "parameter_invalid_empty", "url"), ("url", "ftp://x", "url_invalid", "url"),
            ("enabled_events[0]", "invoice.eaten", "", "enabled_events"), ("api_version", "2019-01-01", "", "api_version"),
            ("secret", "whsec_mine", "parameter_unknown", "secret"),
        ])
    func refusesEndpointsThatStripeWouldRefuse(name: String, value: String, code: String, parameter: String) async throws {
        try await StripeLab.run { lab in
            let answer = try await lab.call(
                .post, "/v1/webhook_endpoints", Self.endpoint.merging([name: value]) { _, new in new })
            #expect(answer.status == 400)
            #expect((answer.error["code"].text ?? "") == code && answer.error["param"].text == parameter)
        }
    }

    @Test func theVersionOfAnEndpointAndTheAmountOfAPriceCanNotChange() async throws {
        try await StripeLab.run { lab in
            let endpoint = try await lab.call(.post, "/v1/webhook_endpoints", Self.endpoint).body.id
            let price = try await lab.price()
            for (path, name, value) in [
                ("/v1/webhook_endpoints/\(endpoint)", "api_version", StripeSandbox.apiVersion),
                ("/v1/prices/\(price)", "unit_amount", "1"), ("/v1/prices/\(price)", "currency", "brl"),
                ("/v1/prices/\(price)", "recurring[interval]", "year"),
            ] {
                let answer = try await lab.call(.post, path, [name: value])
                #expect(answer.error["code"] == "parameter_unknown", "\(name)")
            }
        }
    }

    @Test func aPortalsProductsAreShownToThoseWhoExpandThem() async throws {
        try await StripeLab.run { lab in
            let portal = try await lab.call(.post, "/v1/billing_portal/configurations", try await Self.portal(lab)).body
            #expect(portal["features"]["subscription_update"]["enabled"].isTrue)
            #expect(portal["features"]["subscription_update"]["products"] == .null)
            let expanded = try await lab.call(
                .get, "/v1/billing_portal/configurations/\(portal.id)", ["expand[]": "features.subscription_update.products"]
            ).body
            #expect(expanded["features"]["subscription_update"]["products"].list.count == 1)
        }
    }

    @Test(
        arguments: [
            ("features[subscription_cancel][mode]", "some day", "features[subscription_cancel][mode]"),
            ("features[subscription_update][proration_behavior]", "x", "features[subscription_update][proration_behavior]"),
            ("features[customer_update][allowed_updates][0]", "age", "features[customer_update][allowed_updates]"),
            ("features[subscription_update][products][0][prices][0]", "price_x", "features"),
            ("features[loyalty][enabled]", "true", "features[loyalty][enabled]"),
        ])
    func refusesPortalsThatStripeWouldRefuse(name: String, value: String, parameter: String) async throws {
        try await StripeLab.run { lab in
            let fields = try await Self.portal(lab).merging([name: value]) { _, new in new }
            let answer = try await lab.call(.post, "/v1/billing_portal/configurations", fields)
            #expect(answer.status == 400 && answer.error["param"].text == parameter)
        }
    }

    @Test func aPortalWithPlansNeedsThem() async throws {
        try await StripeLab.run { lab in
            let answer = try await lab.call(
                .post, "/v1/billing_portal/configurations", ["features[subscription_update][enabled]": "true"])
            #expect(answer.error["code"] == "parameter_missing")
        }
    }

    // MARK: Lists of events

    @Test func undeliveredEventsAreListedUntilTheyAreAcknowledged() async throws {
        try await StripeLab.run { lab in
            _ = try await lab.call(.post, "/v1/customers")
            for (isDelivered, count) in [("false", 1), ("true", 0)] {
                let list = try await lab.call(.get, "/v1/events", ["delivery_success": isDelivered]).body["data"].list
                #expect(list.count == count)
            }
        }
    }

    @Test func eventsAreAskedForByTwentyTypesAtMost() async throws {
        try await StripeLab.run { lab in
            let types = Dictionary(uniqueKeysWithValues: (0..<20).map { ("types[\($0)]", "invoice.paid") })
            #expect(try await lab.call(.get, "/v1/events", types).status == 200)
            let both = types.merging(["type": "invoice.paid"]) { $1 }
            #expect(try await lab.call(.get, "/v1/events", both).status == 400)
            let more = types.merging(["types[20]": "invoice.voided"]) { $1 }
            let refused = try await lab.call(.get, "/v1/events", more)
            #expect(refused.error["param"] == "types")
        }
    }

    private static let endpoint = [
        "url": "https://shop.example/hook", "enabled_events[0]": "invoice.paid", "api_version": StripeSandbox.apiVersion,
    ]

    private static func portal(_ lab: StripeLab) async throws -> [String: String] {
        let price = try await lab.price()
        let product = try await lab.call(.get, "/v1/prices/\(price)").body["product"].text
        return [
            "features[subscription_update][enabled]": "true",
            "features[subscription_update][default_allowed_updates][0]": "price",
            "features[subscription_update][products][0][product]": product ?? "",
            "features[subscription_update][products][0][prices][0]": price,
        ]
    }
}
