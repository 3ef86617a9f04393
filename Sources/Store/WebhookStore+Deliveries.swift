package import Core
package import SQL

extension WebhookStore {
    /// Writes what happened down for each endpoint that is on and wants to know of it.
    /// - Returns: the jobs that send it, to be added in the same transaction.
    /// - Throws: `SQLError`; an `EncodingError`.
    package func record(
        _ event: WebhookEvent, of customerID: Customer.ID, ids: IdentifierSource, now: Timestamp
    ) throws -> [DeliverWebhook] {
        try endpoints(of: customerID).filter { $0.off == nil && $0.events.contains(event.kind) }.map {
            try record(event, for: $0, ids: ids, now: now)
        }
    }

    /// Writes down what is to be sent to one endpoint.
    /// - Throws: `SQLError`; an `EncodingError`.
    package func record(
        _ event: WebhookEvent, for endpoint: WebhookEndpoint, ids: IdentifierSource, now: Timestamp
    ) throws -> DeliverWebhook {
        let delivery = WebhookDelivery(
            id: ids.next(), endpointID: endpoint.id, customerID: endpoint.customerID, event: event.kind,
            body: try event.body(at: now), createdAt: now)
        try transaction.execute(
            """
            INSERT INTO webhook_deliveries (id, endpoint_id, customer_id, event, body, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """,
            [
                .text(delivery.id.rawValue), .text(endpoint.id.rawValue), .text(endpoint.customerID.rawValue),
                .text(event.kind.rawValue), .text(delivery.body), .integer(now.milliseconds),
            ])
        return DeliverWebhook(delivery)
    }

    /// The youngest first.
    /// - Parameter endpointID: only those to it; `nil`: to any of the customer's.
    /// - Throws: `SQLError`.
    package func deliveries(
        of customerID: Customer.ID, to endpointID: WebhookEndpoint.ID? = nil, limit: Int
    ) throws -> [WebhookDelivery] {
        try transaction.query(
            """
            SELECT * FROM webhook_deliveries WHERE customer_id = ?1 AND endpoint_id = coalesce(?2, endpoint_id)
            ORDER BY id DESC LIMIT ?3
            """, [.text(customerID.rawValue), SQLValue(endpointID?.rawValue), .integer(Int64(limit))]
        ).map(WebhookDelivery.init(row:))
    }

    /// - Throws: `SQLError`.
    package func delivery(_ id: WebhookDelivery.ID, customerID: Customer.ID) throws -> WebhookDelivery? {
        try transaction.first(
            "SELECT * FROM webhook_deliveries WHERE id = ?1 AND customer_id = ?2",
            [.text(id.rawValue), .text(customerID.rawValue)]
        ).map(WebhookDelivery.init(row:))
    }

    /// Writes what became of it.
    /// - Throws: `SQLError`.
    package func update(_ delivery: WebhookDelivery, now: Timestamp) throws {
        let (code, fault): (Int64?, String?) =
            switch delivery.result {
            case .answered(let code): (Int64(code), nil)
            case .fault(let fault): (nil, fault.rawValue)
            case nil: (nil, nil)
            }
        try transaction.execute(
            """
            UPDATE webhook_deliveries SET attempts = ?3, tried_at = ?4, status_code = ?5, fault = ?6, delivered_at = ?7,
                failed_at = ?8
            WHERE id = ?1 AND customer_id = ?2
            """,
            [
                .text(delivery.id.rawValue), .text(delivery.customerID.rawValue), .integer(Int64(delivery.attempts)),
                SQLValue(delivery.triedAt), SQLValue(code), SQLValue(fault),
                SQLValue(delivery.state == .delivered ? now : nil), SQLValue(delivery.state == .failed ? now : nil),
            ])
    }
}

extension WebhookDelivery {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), endpointID: try row.id("endpoint_id"), customerID: try row.id("customer_id"),
            event: try row.value("event"), body: try row.text("body"), createdAt: try row.time("created_at"))
        attempts = Int(try row.integer("attempts"))
        triedAt = try row.optionalTime("tried_at")
        let fault: Fault? = try row.optionalValue("fault")
        result = try row.optionalInteger("status_code").map { .answered(Int($0)) } ?? fault.map { .fault($0) }
        if try row.optionalTime("delivered_at") != nil {
            state = .delivered
        } else if try row.optionalTime("failed_at") != nil {
            state = .failed
        }
    }
}
