package import Core
package import SQL

/// Checkouts, subscriptions and the events that Stripe sent.
package struct BillingStore {
    let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    // MARK: Events

    /// - Returns: whether the event is new.
    /// - Throws: `SQLError`.
    package func insertEvent(id: String, type: String, payload: String, now: Timestamp) throws -> Bool {
        try transaction.execute(
            """
            INSERT INTO stripe_events (id, type, payload, received_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (id) DO NOTHING
            """, [.text(id), .text(type), .text(payload), .integer(now.milliseconds)]) == 1
    }

    /// - Returns: the event's body as Stripe sent it.
    /// - Throws: `SQLError`.
    package func eventPayload(id: String) throws -> String? {
        try transaction.first("SELECT payload FROM stripe_events WHERE id = ?1", [.text(id)])?.text("payload")
    }

    /// - Throws: `SQLError`.
    package func markEventHandled(id: String, now: Timestamp) throws {
        try transaction.execute(
            "UPDATE stripe_events SET handled_at = coalesce(handled_at, ?2) WHERE id = ?1",
            [.text(id), .integer(now.milliseconds)])
    }

    // MARK: Checkouts

    /// - Throws: `SQLError`.
    package func insert(_ checkout: Checkout) throws {
        try transaction.execute(
            """
            INSERT INTO checkouts (id, customer_id, box_id, tier, stripe_session_id, url, completed_at, created_at, locale)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """,
            [
                .text(checkout.id.rawValue), .text(checkout.customerID.rawValue), .text(checkout.boxID.rawValue),
                .text(checkout.tier.rawValue), SQLValue(checkout.stripeSessionID), SQLValue(checkout.url),
                SQLValue(checkout.completedAt), .integer(checkout.createdAt.milliseconds),
                SQLValue(checkout.language?.rawValue),
            ])
    }

    /// - Throws: `SQLError`.
    package func checkout(_ id: Checkout.ID, customerID: Customer.ID) throws -> Checkout? {
        try transaction.first(
            "SELECT * FROM checkouts WHERE id = ?1 AND customer_id = ?2", [.text(id.rawValue), .text(customerID.rawValue)]
        ).map(Checkout.init(row:))
    }

    /// The customer's youngest checkout.
    /// - Throws: `SQLError`.
    package func latestCheckout(customerID: Customer.ID) throws -> Checkout? {
        try transaction.first(
            "SELECT * FROM checkouts WHERE customer_id = ?1 ORDER BY created_at DESC, id DESC LIMIT 1",
            [.text(customerID.rawValue)]
        ).map(Checkout.init(row:))
    }

    /// - Parameter stripeSessionID: `cs_…`
    /// - Throws: `SQLError`.
    package func checkout(stripeSessionID: String) throws -> Checkout? {
        try transaction.first("SELECT * FROM checkouts WHERE stripe_session_id = ?1", [.text(stripeSessionID)])
            .map(Checkout.init(row:))
    }

    /// The customer's checkouts that have a session at Stripe and aren't completed, except one.
    /// - Throws: `SQLError`.
    package func openCheckouts(
        customerID: Customer.ID, except id: Checkout.ID, createdAfter earliest: Timestamp
    ) throws -> [Checkout] {
        try transaction.query(
            """
            SELECT * FROM checkouts
            WHERE customer_id = ?1 AND id <> ?2 AND created_at > ?3 AND stripe_session_id IS NOT NULL AND completed_at IS NULL
            ORDER BY created_at, id
            """, [.text(customerID.rawValue), .text(id.rawValue), .integer(earliest.milliseconds)]
        ).map(Checkout.init(row:))
    }

    /// Writes the fields that can change: Stripe's session and page, and the completion.
    /// - Throws: `SQLError`.
    package func update(_ checkout: Checkout) throws {
        try transaction.execute(
            """
            UPDATE checkouts SET stripe_session_id = ?3, url = ?4, completed_at = ?5, locale = ?6,
                session_ended_at = CASE WHEN stripe_session_id = ?3 THEN session_ended_at END
            WHERE id = ?1 AND customer_id = ?2
            """,
            [
                .text(checkout.id.rawValue), .text(checkout.customerID.rawValue), SQLValue(checkout.stripeSessionID),
                SQLValue(checkout.url), SQLValue(checkout.completedAt), SQLValue(checkout.language?.rawValue),
            ])
    }

    // MARK: Subscriptions

    /// Inserts the subscription, or overwrites what is stored of the same Stripe subscription.
    /// - Throws: `SQLError`.
    package func upsert(_ subscription: Subscription) throws {
        try transaction.execute(
            """
            INSERT INTO subscriptions (id, customer_id, box_id, tier, stripe_id, stripe_item_id, status, period_start,
                period_end, cancel_at, past_due_since, ended_at, withdrawal, next_tier, payment_url, look_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
            ON CONFLICT (stripe_id) DO UPDATE SET tier = excluded.tier, stripe_item_id = excluded.stripe_item_id,
                status = excluded.status, period_start = excluded.period_start, period_end = excluded.period_end,
                cancel_at = excluded.cancel_at, past_due_since = excluded.past_due_since, ended_at = excluded.ended_at,
                withdrawal = excluded.withdrawal, next_tier = excluded.next_tier, payment_url = excluded.payment_url,
                look_at = excluded.look_at
            """,
            [
                .text(subscription.id.rawValue), .text(subscription.customerID.rawValue), .text(subscription.boxID.rawValue),
                .text(subscription.tier.rawValue), .text(subscription.stripeID), .text(subscription.stripeItemID),
                .text(subscription.status.rawValue), .integer(subscription.periodStart.milliseconds),
                .integer(subscription.periodEnd.milliseconds), SQLValue(subscription.cancelAt),
                SQLValue(subscription.pastDueSince), SQLValue(subscription.endedAt),
                SQLValue(subscription.withdrawal?.rawValue), SQLValue(subscription.nextTier?.rawValue),
                SQLValue(subscription.paymentURL), SQLValue(subscription.lookAt),
            ])
    }

    /// - Parameter stripeID: `sub_…`
    /// - Throws: `SQLError`.
    package func subscription(stripeID: String) throws -> Subscription? {
        try transaction.first("SELECT * FROM subscriptions WHERE stripe_id = ?1", [.text(stripeID)])
            .map(Subscription.init(row:))
    }

    /// The box's youngest subscription.
    /// - Throws: `SQLError`.
    package func subscription(boxID: Box.ID, customerID: Customer.ID) throws -> Subscription? {
        try transaction.first(
            "SELECT * FROM subscriptions WHERE box_id = ?1 AND customer_id = ?2 ORDER BY period_start DESC, id DESC LIMIT 1",
            [.text(boxID.rawValue), .text(customerID.rawValue)]
        ).map(Subscription.init(row:))
    }

    /// Every subscription that the box has had, oldest first.
    /// - Throws: `SQLError`.
    package func subscriptions(boxID: Box.ID, customerID: Customer.ID) throws -> [Subscription] {
        try transaction.query(
            "SELECT * FROM subscriptions WHERE box_id = ?1 AND customer_id = ?2 ORDER BY id",
            [.text(boxID.rawValue), .text(customerID.rawValue)]
        ).map(Subscription.init(row:))
    }

    /// Every subscription of the customer whom Stripe knows by this id.
    /// - Parameter stripeCustomerID: `cus_…`
    /// - Throws: `SQLError`.
    package func subscriptions(stripeCustomerID: String) throws -> [Subscription] {
        try transaction.query(
            """
            SELECT s.* FROM subscriptions s JOIN customers c ON c.id = s.customer_id
            WHERE c.stripe_customer_id = ?1 ORDER BY s.id
            """, [.text(stripeCustomerID)]
        ).map(Subscription.init(row:))
    }

    /// Whether a person has had a subscription that ever began, under any account of theirs.
    /// - Parameters:
    ///   - emails: as ``EmailAddress`` writes them.
    ///   - telegramUserID: of the account that their agent answers.
    ///   - id: only subscriptions that were stored before this one count; `nil`: all do.
    /// - Throws: `SQLError`.
    package func hasSubscribed(
        customerID: Customer.ID, emails: [String], telegramUserID: Int64?, before id: Subscription.ID? = nil
    ) throws -> Bool {
        try transaction.first(
            """
            SELECT s.id FROM subscriptions s
            JOIN customers c ON c.id = s.customer_id
            JOIN boxes b ON b.id = s.box_id
            WHERE (s.customer_id = ?1 OR c.email = ?2 OR c.email = ?3 OR b.bot_owner_user_id = CAST(?4 AS bigint))
                AND s.status NOT IN ('incomplete', 'incomplete_expired') AND s.id < ?5
            LIMIT 1
            """,
            [
                .text(customerID.rawValue), SQLValue(emails.first), SQLValue(emails.last), SQLValue(telegramUserID),
                // Behind every id.
                .text(id?.rawValue ?? "t"),
            ]) != nil
    }

    /// Has a subscription that waits to be looked at wait until then.
    /// - Throws: `SQLError`.
    package func look(atSubscription stripeID: String, _ time: Timestamp) throws {
        try transaction.execute(
            "UPDATE subscriptions SET look_at = ?2 WHERE stripe_id = ?1 AND look_at IS NOT NULL",
            [.text(stripeID), .integer(time.milliseconds)])
    }

    /// The subscriptions that are to be looked at again by now.
    /// - Throws: `SQLError`.
    package func due(now: Timestamp) throws -> [Subscription] {
        try transaction.query(
            "SELECT * FROM subscriptions WHERE look_at <= ?1 ORDER BY look_at, id LIMIT 1000", [.integer(now.milliseconds)]
        ).map(Subscription.init(row:))
    }
}

extension Checkout {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), customerID: try row.id("customer_id"), boxID: try row.id("box_id"),
            tier: try row.value("tier"), stripeSessionID: try row.optionalText("stripe_session_id"),
            url: try row.optionalText("url"), language: try row.optionalValue("locale"),
            completedAt: try row.optionalTime("completed_at"),
            createdAt: try row.time("created_at"))
    }
}

extension Subscription {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), customerID: try row.id("customer_id"), boxID: try row.id("box_id"),
            tier: try row.value("tier"), stripeID: try row.text("stripe_id"), stripeItemID: try row.text("stripe_item_id"),
            status: try row.value("status"), periodStart: try row.time("period_start"),
            periodEnd: try row.time("period_end"), cancelAt: try row.optionalTime("cancel_at"),
            pastDueSince: try row.optionalTime("past_due_since"), endedAt: try row.optionalTime("ended_at"),
            withdrawal: try row.optionalValue("withdrawal"),
            nextTier: try row.optionalValue("next_tier"),
            paymentURL: try row.optionalText("payment_url"), lookAt: try row.optionalTime("look_at"))
    }
}
