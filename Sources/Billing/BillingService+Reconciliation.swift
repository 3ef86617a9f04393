package import Core
import Jobs
import Logging
import SQL
import Store
import Stripe

/// What a look at Stripe has found that no webhook had told.
package struct Reconciliation: Sendable, Hashable {
    /// Events that were unknown.
    package var events = 0
    /// Payment pages that were paid on.
    package var paidPages = 0
    /// Payment pages that ended without that.
    package var unpaidPages = 0

    package init(events: Int = 0, paidPages: Int = 0, unpaidPages: Int = 0) {
        self.events = events
        self.paidPages = paidPages
        self.unpaidPages = unpaidPages
    }
}

extension BillingService {
    /// Stripe keeps events for 30 days.
    package static let longestLook = Duration.days(30)
    /// How far a look reaches into the time of the one before it: for as long as Stripe tries to deliver an event.
    static let overlap = Duration.days(3)

    /// Looks at Stripe for what no webhook has told: events that weren't delivered, and payment pages whose end wasn't heard of.
    /// What it finds takes the same way as if it had been told. Safe to repeat, and to interrupt.
    ///
    /// Subscriptions whose period is over need no look here: see ``Subscription/lookAt``.
    /// - Parameter earliest: asks for all events since then, delivered or not, as after a restored backup; without it, for those
    ///   since the last look that weren't delivered.
    /// - Throws: ``StripeError``; `SQLError`.
    package func reconcile(since earliest: Timestamp? = nil) async throws -> Reconciliation {
        let begin = queue.clock.now
        var found = Reconciliation()
        found.events = try await takeEvents(since: earliest, at: begin)
        try await queue.write { try BillingStore($0.transaction).noteLook(begin) }
        try await askForPages(&found)
        if found.events > 0 || found.paidPages > 0 {
            logger.warning(
                "Stripe had more to tell than its webhooks did",
                metadata: ["events": "\(found.events)", "paid_pages": "\(found.paidPages)"])
        }
        return found
    }

    private func takeEvents(since earliest: Timestamp?, at now: Timestamp) async throws -> Int {
        let last = try await queue.database.read { try BillingStore($0).lastLook() }
        let kept = now - Self.longestLook
        let since = max(kept, earliest ?? last.map { $0 - Self.overlap } ?? kept).milliseconds / 1000
        var count = 0
        var types = HandledEvent.allCases.map(\.rawValue)[...]
        while !types.isEmpty {
            let some = Array(types.prefix(StripeClient.mostEventTypes))
            types = types.dropFirst(some.count)
            var page: StripeClient.EventPage
            var cursor: String?
            repeat {
                page = try await stripe.events(some, since: since, isUndelivered: earliest == nil, after: cursor)
                let ids = page.ids
                for id in try await queue.database.read({ try BillingStore($0).unknownEvents(among: ids) }) {
                    guard let payload = try await found({ try await stripe.eventJSON(id) }),
                        let event = try? StripeEvent(json: payload)
                    else { continue }
                    if try await take(event, payload) { count += 1 }
                }
                cursor = ids.last
            } while page.hasMore && cursor != nil
        }
        return count
    }

    private func askForPages(_ found: inout Reconciliation) async throws {
        var last: Checkout.ID?
        while true {
            let pages = try await queue.database.read { [last] in try BillingStore($0).unheardCheckouts(after: last) }
            guard let end = pages.last?.id else { return }
            for page in pages { try await askFor(page, &found) }
            last = end
        }
    }

    private func askFor(_ checkout: Checkout, _ found: inout Reconciliation) async throws {
        guard let id = checkout.stripeSessionID else { return }
        let session = try await self.found { try await stripe.checkoutSession(id) }
        if session?.status == "open" { return }
        let subscription = session?.subscription
        try await queue.write { work in
            if let subscription {
                try work.enqueue(ConvergeSubscription(stripeID: subscription, customerID: checkout.customerID))
            }
            try BillingStore(work.transaction).noteEnd(ofSession: id, of: checkout, at: work.now)
        }
        if subscription == nil { found.unpaidPages += 1 } else { found.paidPages += 1 }
    }
}
