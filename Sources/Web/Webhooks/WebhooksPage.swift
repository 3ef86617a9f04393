import Core

/// `/account/webhooks`: where the customer's own programs are told of what happens, and what was sent there.
struct WebhooksPage: PageModel {
    static let template = "webhooks"
    static let isForCustomers = true

    let endpoints: [EndpointView]
    let hasEndpoints: Bool
    /// The secret of one that was just made: shown this once.
    let secret: String?
    let fault: String?
    /// What stands in the form, after it couldn't be taken.
    let url: String
    let events: [EventView]
    /// Whether one more may be made.
    let isOpen: Bool
    let full: String
    let deliveries: [DeliveryView]
    let hasDeliveries: Bool

    struct EndpointView: Sendable {
        let id: String
        let url: String
        let events: String
        /// Why it is off, or since when nothing arrives.
        let trouble: String?
        let isOn: Bool
        let testLabel: String
        let switchLabel: String
        let deleteLabel: String
    }

    struct EventView: Sendable {
        let name: String
        let label: String
        let isOn: Bool
    }

    struct DeliveryView: Sendable {
        let id: String
        let title: String
        let detail: String
        let state: String
        let tone: String
        /// Whether it can be sent once more.
        let isSendable: Bool
        let resendLabel: String
    }

    /// What happened just now, beside what is stored.
    struct News: Sendable {
        var secret: Secret?
        var fault: String?
        var url = ""
        var events = Set(WebhookEvent.Kind.choosable)
    }

    init(_ webhooks: [WebhookEndpoint], _ deliveries: [WebhookDelivery], news: News = News(), texts: Texts) {
        endpoints = webhooks.map { EndpointView($0, texts: texts) }
        hasEndpoints = !webhooks.isEmpty
        secret = news.secret?.reveal()
        fault = news.fault
        url = news.url
        events = WebhookEvent.Kind.choosable.map { kind in
            EventView(name: kind.rawValue, label: Self.label(kind, texts), isOn: news.events.contains(kind))
        }
        isOpen = webhooks.count < WebhookEndpoint.mostOfOneCustomer
        full = texts("webhooks_full", ["most": texts.number(WebhookEndpoint.mostOfOneCustomer)])
        let urls = Dictionary(uniqueKeysWithValues: webhooks.map { ($0.id, $0) })
        self.deliveries = deliveries.map { DeliveryView($0, to: urls[$0.endpointID], texts: texts) }
        hasDeliveries = !deliveries.isEmpty
    }

    static func label(_ kind: WebhookEvent.Kind, _ texts: Texts) -> String {
        switch kind {
        case .agentProvisioning: texts["webhook_event_provisioning"]
        case .agentRunning: texts["webhook_event_running"]
        case .agentFailed: texts["webhook_event_failed"]
        case .agentSuspended: texts["webhook_event_suspended"]
        case .agentDeleted: texts["webhook_event_deleted"]
        case .agentHeld: texts["webhook_event_held"]
        case .usageThresholdReached: texts["webhook_event_usage"]
        case .test: texts["webhook_event_test"]
        }
    }
}

extension WebhooksPage.EndpointView {
    init(_ endpoint: WebhookEndpoint, texts: Texts) {
        id = endpoint.id.rawValue
        url = endpoint.url
        events = WebhookEvent.Kind.choosable.filter(endpoint.events.contains).map(\.rawValue).joined(separator: ", ")
        isOn = endpoint.off == nil
        trouble =
            switch endpoint.off?.reason {
            case .owner: texts["webhook_off_owner"]
            case .failing: texts["webhook_off_failing"]
            case .gone: texts["webhook_off_gone"]
            case nil: endpoint.failingSince.map { texts("webhook_failing", ["when": texts.moment($0)]) }
            }
        testLabel = texts("webhook_test_label", ["url": endpoint.url])
        switchLabel =
            isOn
            ? texts("webhook_switch_off_label", ["url": endpoint.url])
            : texts("webhook_switch_on_label", ["url": endpoint.url])
        deleteLabel = texts("webhook_delete_label", ["url": endpoint.url])
    }
}

extension WebhooksPage.DeliveryView {
    init(_ delivery: WebhookDelivery, to endpoint: WebhookEndpoint?, texts: Texts) {
        id = delivery.id.rawValue
        let name = WebhooksPage.label(delivery.event, texts)
        title = texts("webhook_delivery", ["event": name, "when": texts.moment(delivery.createdAt)])
        (state, tone) =
            switch delivery.state {
            case .waiting: (texts["webhook_waiting"], "")
            case .delivered: (texts["webhook_delivered"], "good")
            case .failed: (texts["webhook_failed"], "bad")
            }
        let result =
            switch delivery.result {
            case .answered(let code): texts("webhook_answered", ["code": String(code)])
            case .fault(.forbiddenAddress): texts["webhook_fault_address"]
            case .fault(.unknownName): texts["webhook_fault_name"]
            case .fault(.timeout): texts["webhook_fault_timeout"]
            case .fault(.unreachable): texts["webhook_fault_unreachable"]
            case .fault(.off): texts["webhook_fault_off"]
            case nil: texts["webhook_untried"]
            }
        let times =
            delivery.attempts == 1
            ? texts["webhook_attempts_one"] : texts("webhook_attempts", ["count": texts.number(delivery.attempts)])
        detail = [endpoint?.url, result, delivery.attempts == 0 ? nil : times].compactMap { $0 }.joined(separator: " · ")
        isSendable = endpoint?.off == nil && endpoint != nil
        resendLabel = texts("webhook_resend_label", ["event": name, "when": texts.moment(delivery.createdAt)])
    }
}
