package import Core
import Jobs
import SQL
import Store
import Stripe

extension BillingService {
    /// Opens the page to pay on, unless that has happened, there is nothing left to pay, or the customer has asked for another
    /// one since, which a late attempt must not close.
    func open(_ arguments: OpenCheckout, jobID: Job.ID) async throws {
        guard let customerID = arguments.customerID, let order = try await order(arguments.checkoutID, of: customerID) else {
            throw JobOutcome.cancel(reason: "there is no such checkout")
        }
        guard order.checkout.url == nil, order.checkout.completedAt == nil, order.isLatest, !order.isPaid else { return }
        guard try await closeEarlier(order) else { return }
        // One in another language, see `reopen`.
        if order.checkout.stripeSessionID != nil, try await !close(order.checkout) { return }

        let session = try await createSession(order, jobID: jobID)
        try await queue.write { work in
            let store = BillingStore(work.transaction)
            guard var checkout = try store.checkout(order.checkout.id, customerID: customerID), checkout.url == nil else {
                return
            }
            checkout.stripeSessionID = session.id
            checkout.url = session.url
            checkout.language = order.customer.language
            try store.update(checkout)
            try work.answer(customerID)
        }
    }

    /// What there is to know before a page to pay on is opened.
    private struct Order: Sendable {
        let checkout: Checkout
        let customer: Customer
        /// Whether the customer has asked for no other one since.
        let isLatest: Bool
        /// The other pages that the customer could still pay on.
        let earlier: [Checkout]
        /// Whether the box has a subscription that it may run on.
        let isPaid: Bool
        /// Whether the person has had a subscription, and so no trial.
        let isReturning: Bool
    }

    private func order(_ id: Checkout.ID, of customerID: Customer.ID) async throws -> Order? {
        let now = queue.clock.now
        return try await queue.database.read { [plans] transaction in
            let store = BillingStore(transaction)
            guard let checkout = try store.checkout(id, customerID: customerID),
                let customer = try CustomerStore(transaction).find(customerID)
            else { return nil }
            // A session lives for 24 hours; one hour more for clocks that differ.
            let earlier = try store.openCheckouts(customerID: customerID, except: id, createdAfter: now - .hours(25))
            let subscriptions = try store.subscriptions(boxID: checkout.boxID, customerID: customerID)
            return Order(
                checkout: checkout, customer: customer,
                isLatest: try store.latestCheckout(customerID: customerID)?.id == id, earlier: earlier,
                isPaid: subscriptions.entitlement(at: now)?.desired == .running,
                isReturning: try plans.terms.trialDays != nil
                    && store.hasSubscribed(
                        customerID: customerID, emails: [customer.email].compactMap(\.self),
                        telegramUserID: BoxStore(transaction).find(checkout.boxID, customerID: customerID)?.bot?.ownerUserID)
            )
        }
    }

    /// Closes the pages that were opened before, so that nobody pays twice.
    /// - Returns: `false` if one of them has been paid on already.
    private func closeEarlier(_ order: Order) async throws -> Bool {
        for checkout in order.earlier where try await !close(checkout) { return false }
        return true
    }

    /// - Returns: `false` if the page has been paid on already.
    private func close(_ checkout: Checkout) async throws -> Bool {
        guard let id = checkout.stripeSessionID, let session = try await found({ try await stripe.checkoutSession(id) })
        else { return true }
        if session.status == "open" {
            // If it is paid at this moment, this throws, and the next attempt sees that.
            try await stripe.expireCheckoutSession(id)
        } else if session.status == "complete" {
            try await converge(on: session, customerID: checkout.customerID)
            return false
        }
        return true
    }

    /// Has the page to pay on opened anew in the language that the customer reads now, if it is in another one.
    /// - Returns: the checkout, without a page until that has been done.
    /// - Throws: `SQLError`.
    package func reopened(_ checkout: Checkout, in language: Language) async throws -> Checkout {
        guard checkout.completedAt == nil, checkout.url != nil, let present = checkout.language, present != language else {
            return checkout
        }
        return try await queue.write { work in
            let billing = BillingStore(work.transaction)
            let customers = CustomerStore(work.transaction)
            guard var stored = try billing.checkout(checkout.id, customerID: checkout.customerID), stored.url != nil,
                stored.completedAt == nil, var customer = try customers.find(checkout.customerID)
            else { return checkout }
            customer.language = language
            try customers.update(customer)
            stored.url = nil
            stored.language = nil
            try billing.update(stored)
            try work.enqueue(OpenCheckout(stored))
            return stored
        }
    }

    private func createSession(_ order: Order, jobID: Job.ID) async throws -> StripeCheckoutSession {
        let checkout = order.checkout
        let terms = plans.terms
        let session = StripeClient.NewCheckoutSession(
            price: try await prices.id(for: plans[checkout.tier]), customer: order.customer.stripeCustomerID,
            customerEmail: order.customer.email, clientReferenceID: checkout.id.rawValue,
            metadata: checkout.metadata,
            successURL: "\(publicURL)/checkout/\(checkout.id)/done?session_id={CHECKOUT_SESSION_ID}",
            cancelURL: "\(publicURL)/checkout/\(checkout.id)/left", locale: order.customer.language.rawValue,
            takesPromotionCodes: terms.takesPromotionCodes, reckonsTax: terms.reckonsTax,
            trialDays: order.isReturning ? nil : terms.trialDays)
        // A page that is opened anew has a key of its own: the first one's would bring back the page that was closed.
        let key = checkout.stripeSessionID.map { "\(checkout.id)-after-\($0)" } ?? checkout.id.rawValue
        do {
            return try await stripe.createCheckoutSession(session, idempotencyKey: key)
        } catch let error as StripeError where error.isMissing("customer") && session.customer != nil {
            // Deleted at Stripe. The session makes a new one, which the convergence takes over.
            var anew = session
            anew.customer = nil
            return try await stripe.createCheckoutSession(anew, idempotencyKey: "\(key)-anew")
        } catch let error as StripeError where error.kind == .idempotency {
            // An earlier attempt got as far as Stripe with other details, a new e-mail address say, and was lost before
            // anyone saw its page. So another page is no second one.
            return try await stripe.createCheckoutSession(session, idempotencyKey: "\(key)-\(jobID)")
        }
    }

    // MARK: Back from the payment page

    /// Looks whether the checkout has been paid, for when the customer comes back from Stripe before its event does.
    /// - Returns: the checkout; `nil` if this customer has none with this id.
    /// - Throws: ``DomainError`` with the code `payments_unavailable`; `SQLError`.
    package func confirm(_ id: Checkout.ID, customerID: Customer.ID) async throws -> Checkout? {
        guard let checkout = try await checkout(id, customerID: customerID) else { return nil }
        guard checkout.completedAt == nil, let sessionID = checkout.stripeSessionID else { return checkout }
        do {
            if let session = try await found({ try await stripe.checkoutSession(sessionID) }) {
                try await converge(on: session, customerID: customerID)
            }
        } catch let error as StripeError {
            throw unavailable(error)
        }
        return checkout
    }

    private func converge(on session: StripeCheckoutSession, customerID: Customer.ID) async throws {
        guard let stripeID = session.subscription else { return }
        try await queue.write { work in
            try work.enqueue(ConvergeSubscription(stripeID: stripeID, customerID: customerID))
        }
    }
}

extension Checkout {
    /// What we write on Stripe's objects, for the people who look at them there. Nothing is decided from it.
    fileprivate var metadata: [String: String] {
        ["checkout_id": id.rawValue, "customer_id": customerID.rawValue, "box_id": boxID.rawValue, "tier": tier.rawValue]
    }
}

extension UnitOfWork {
    /// Has the chat say what is new, and the pages show it.
    func answer(_ customerID: Customer.ID) throws {
        if let conversation = try ConversationStore(transaction).find(customerID: customerID) {
            try enqueue(AnswerVisitor(conversationID: conversation.id, customerID: customerID))
        }
        changed(customerID)
    }
}
