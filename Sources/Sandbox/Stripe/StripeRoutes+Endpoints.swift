extension [StripeRoute] {
    /// Webhook endpoints (https://docs.stripe.com/api/webhook_endpoints). Events go to the sandbox's own; the others are kept and
    /// shown, and get nothing.
    static func stripeEndpoints(webhookURL: String) -> [StripeRoute] {
        [
            .post(path, ["api_version", "description", "enabled_events[*]", "metadata[*]", "url"]) { call in
                guard let url = try call.parameters.url("url") else { throw StripeFault.missing("url") }
                guard let events = try events(call) else { throw StripeFault.missing("enabled_events") }
                let version = try call.parameters.text("api_version")
                guard version == nil || version == StripeSandbox.apiVersion else {
                    throw StripeFault("Invalid Stripe API version: \(version ?? "")", parameter: "api_version")
                }
                let others = try call.ledger.all(kind)
                guard others.count + 1 < 16 else {
                    throw StripeFault("You have reached the maximum of 16 test webhook endpoints.")
                }
                var endpoint: StripeValue = [
                    "id": .text(StripeLedger.newID("we")), "object": .text(kind), "api_version": StripeValue(version),
                    "application": nil, "created": .integer(call.now),
                    "description": StripeValue(try call.parameters.text("description")), "enabled_events": events,
                    "livemode": false, "metadata": try call.parameters.metadata(), "status": "enabled", "url": .text(url),
                ]
                try call.ledger.insert(endpoint)
                // Shown this once.
                endpoint["secret"] = .text(StripeLedger.newID("whsec", length: 32))
                return endpoint
            },
            .post("\(path)/:id", ["description", "disabled", "enabled_events[*]", "metadata[*]", "url"]) { call in
                var endpoint = try call.ledger.require(kind, call.id)
                if let url = try call.parameters.url("url") { endpoint["url"] = .text(url) }
                if let events = try events(call) { endpoint["enabled_events"] = events }
                if let isDisabled = try call.parameters.bool("disabled") {
                    endpoint["status"] = isDisabled ? "disabled" : "enabled"
                }
                if let description = try call.parameters.text("description") {
                    endpoint["description"] = .text(description)
                }
                endpoint["metadata"] = try call.parameters.metadata(over: endpoint["metadata"])
                try call.ledger.update(endpoint)
                return endpoint
            },
            .retrieve(kind, at: path),
            .delete("\(path)/:id") { call in
                let endpoint = try call.ledger.require(kind, call.id)
                try call.ledger.remove(endpoint)
                return ["id": .text(endpoint.id), "object": .text(kind), "deleted": true]
            },
            .get(path, StripeRoute.paging) { call in
                try call.page(
                    try call.ledger.all(kind) + [
                        [
                            "id": "we_sandbox", "object": .text(kind), "api_version": .text(StripeSandbox.apiVersion),
                            "application": nil, "created": 0, "description": nil, "enabled_events": ["*"], "livemode": false,
                            "metadata": [:], "status": "enabled", "url": .text(webhookURL),
                        ]
                    ])
            },
        ]
    }

    private static var path: String { "/v1/webhook_endpoints" }
    private static var kind: String { "webhook_endpoint" }

    /// - Returns: `nil` if none are named.
    private static func events(_ call: StripeCall) throws(StripeFault) -> StripeValue? {
        let names = call.parameters.list("enabled_events")
        guard !names.isEmpty else { return nil }
        for name in names where name != "*" && !eventTypes.contains(name) {
            throw StripeFault("Invalid enabled_events: \(name) is no type of event.", parameter: "enabled_events")
        }
        return .list(names.map(StripeValue.text))
    }

    /// Those of Stripe's types that have to do with what the sandbox plays (https://docs.stripe.com/api/events/types).
    private static let eventTypes: Set<String> = [
        "billing_portal.configuration.created", "billing_portal.configuration.updated", "billing_portal.session.created",
        "charge.captured", "charge.dispute.closed", "charge.dispute.created", "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn", "charge.dispute.updated", "charge.expired", "charge.failed", "charge.pending",
        "charge.refund.updated", "charge.refunded", "charge.succeeded", "charge.updated",
        "checkout.session.async_payment_failed", "checkout.session.async_payment_succeeded", "checkout.session.completed",
        "checkout.session.expired", "customer.created", "customer.deleted", "customer.subscription.created",
        "customer.subscription.deleted", "customer.subscription.paused", "customer.subscription.pending_update_applied",
        "customer.subscription.pending_update_expired", "customer.subscription.resumed",
        "customer.subscription.trial_will_end", "customer.subscription.updated", "customer.updated", "invoice.created",
        "invoice.deleted", "invoice.finalization_failed", "invoice.finalized", "invoice.marked_uncollectible",
        "invoice.overdue", "invoice.paid", "invoice.payment_action_required", "invoice.payment_failed",
        "invoice.payment_succeeded", "invoice.sent", "invoice.upcoming", "invoice.updated", "invoice.voided",
        "price.created", "price.deleted", "price.updated", "product.created", "product.deleted", "product.updated",
        "refund.created", "refund.failed", "refund.updated", "subscription_schedule.aborted",
        "subscription_schedule.canceled", "subscription_schedule.completed", "subscription_schedule.created",
        "subscription_schedule.expiring", "subscription_schedule.released", "subscription_schedule.updated",
    ]
}
