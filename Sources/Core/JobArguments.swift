/// What a job is to do. The kind and the JSON form are stored, so both stay readable across releases.
package protocol JobArguments: Codable, Sendable {
    /// Stable, `<feature>.<verb>`.
    static var kind: String { get }
    /// Jobs of one customer run one at a time, in the order of their `runAt`; `nil` for those of nobody.
    var customerID: Customer.ID? { get }
    /// While a job with this kind and key waits in the queue, another one is not added; `nil` always adds.
    var uniqueKey: String? { get }
    /// How long one run may take. One that takes longer is told to end, counted as stuck and tried again; nothing else of its
    /// customer waits any longer for it.
    static var deadline: Duration { get }
    /// How many attempts may fail before the job has failed.
    static var attempts: Int { get }
    static var priority: JobPriority { get }
}

/// Which of the jobs that are due comes first. One of a lower priority waits for as long as there are others.
package enum JobPriority: Int64, Sendable, Hashable, CaseIterable {
    /// Somebody waits for it, or has paid.
    case urgent = 0
    case normal = 1
    /// Upkeep: an hour's delay goes unnoticed.
    case background = 2
}

extension JobArguments {
    /// Two minutes: longer than the time-outs of all that a handler asks.
    package static var deadline: Duration { .seconds(120) }
    /// An hour and a quarter, with the pauses between them.
    package static var attempts: Int { 20 }
    package static var priority: JobPriority { .normal }
}

/// Make the world look like the box's row.
package struct ReconcileBox: JobArguments {
    package static let kind = "operator.reconcile"
    package static let deadline = Duration.seconds(600)
    package let boxID: Box.ID
    package let customerID: Customer.ID?
    package var uniqueKey: String? { boxID.rawValue }

    package init(_ box: Box) {
        boxID = box.id
        customerID = box.customerID
    }
}

/// Reconcile every box, to repair drift.
package struct ResyncBoxes: JobArguments {
    /// How often that is done.
    package static let interval = Duration.seconds(300)
    package static let kind = "operator.resync"
    package static let priority = JobPriority.background
    package static let deadline = Duration.seconds(600)
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { "all" }

    package init() {}
}

/// Begin the nightly backups whose time has come.
package struct SaveNightly: JobArguments {
    package static let kind = "operator.save-nightly"
    package static let priority = JobPriority.background
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { "all" }

    package init() {}
}

/// Take the rollout of the agents' image one step further.
package struct AdvanceRollout: JobArguments {
    package static let kind = "operator.advance-rollout"
    package static let deadline = Duration.seconds(600)
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { "all" }

    package init() {}
}

/// Keep as many spares as the host wants, started and warm.
package struct KeepSpares: JobArguments {
    package static let kind = "operator.keep-spares"
    package static let deadline = Duration.seconds(600)
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { "all" }

    package init() {}
}

/// Answer what the visitor said, clicked, or did on Telegram or at Stripe.
package struct AnswerVisitor: JobArguments {
    package static let kind = "onboarding.answer"
    package static let priority = JobPriority.urgent
    package let conversationID: Conversation.ID
    package let customerID: Customer.ID?
    package var uniqueKey: String? { conversationID.rawValue }

    package init(conversationID: Conversation.ID, customerID: Customer.ID) {
        self.conversationID = conversationID
        self.customerID = customerID
    }
}

/// Ask Stripe for a Checkout session.
package struct OpenCheckout: JobArguments {
    package static let kind = "billing.open-checkout"
    package static let priority = JobPriority.urgent
    package let checkoutID: Checkout.ID
    package let customerID: Customer.ID?
    package var uniqueKey: String? { checkoutID.rawValue }

    package init(_ checkout: Checkout) {
        checkoutID = checkout.id
        customerID = checkout.customerID
    }
}

/// Look at what a stored Stripe event hints at, and converge on Stripe's truth.
package struct HandleStripeEvent: JobArguments {
    package static let kind = "billing.handle-event"
    package static let priority = JobPriority.urgent
    package let eventID: String
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { eventID }

    package init(eventID: String) {
        self.eventID = eventID
    }
}

/// Fetch a subscription from Stripe and make our rows agree with it.
package struct ConvergeSubscription: JobArguments {
    package static let kind = "billing.converge"
    package static let priority = JobPriority.urgent
    /// `sub_…`
    package let stripeID: String
    package let customerID: Customer.ID?
    package var uniqueKey: String? { stripeID }

    package init(stripeID: String, customerID: Customer.ID?) {
        self.stripeID = stripeID
        self.customerID = customerID
    }
}

/// Cancel a second subscription of one agent, or one that was paid for after the agent was deleted, and refund it.
package struct RefundDuplicate: JobArguments {
    package static let kind = "billing.refund-duplicate"
    /// `sub_…`
    package let stripeID: String
    package let customerID: Customer.ID?
    package var uniqueKey: String? { stripeID }

    package init(stripeID: String, customerID: Customer.ID) {
        self.stripeID = stripeID
        self.customerID = customerID
    }
}

/// Converge every subscription whose state a clock alone can change.
package struct SweepSubscriptions: JobArguments {
    package static let kind = "billing.sweep"
    package static let priority = JobPriority.background
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { "all" }

    package init() {}
}

/// Look at Stripe for changes that no webhook has reported.
package struct ReconcileStripe: JobArguments {
    package static let kind = "billing.reconcile"
    package static let priority = JobPriority.background
    package static let deadline = Duration.seconds(600)
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { "all" }

    package init() {}
}

/// Tell the owner of an agent that it was stopped because it ran away.
package struct TellOfHold: JobArguments {
    package static let kind = "notifications.hold"
    package let boxID: Box.ID
    package let customerID: Customer.ID?
    package var uniqueKey: String? { boxID.rawValue }

    package init(boxID: Box.ID, customerID: Customer.ID) {
        self.boxID = boxID
        self.customerID = customerID
    }
}

/// Mail links that sign the owners of an address in.
package struct SendMagicLink: JobArguments {
    package static let kind = "notifications.magic-link"
    /// The link would be too old by then.
    package static let attempts = 8
    package static let priority = JobPriority.urgent
    package let email: String
    package let language: Language
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { email }

    package init(email: String, language: Language) {
        self.email = email
        self.language = language
    }
}

/// Mail the owner that the agent is ready.
package struct SendWelcome: JobArguments {
    package static let kind = "notifications.welcome"
    package let boxID: Box.ID
    package let customerID: Customer.ID?
    package var uniqueKey: String? { boxID.rawValue }

    package init(_ box: Box) {
        boxID = box.id
        customerID = box.customerID
    }
}

/// Let a new agent say hello to its owner by itself, as soon as Telegram lets it.
package struct SayHello: JobArguments {
    package static let kind = "onboarding.say-hello"
    package let boxID: Box.ID
    package let customerID: Customer.ID?
    /// When the agent was first ready.
    package let since: Timestamp
    package var uniqueKey: String? { boxID.rawValue }

    package init(_ box: Box, since: Timestamp) {
        boxID = box.id
        customerID = box.customerID
        self.since = since
    }
}

/// Tell the customer of something, by mail and by the agent's own bot.
package struct TellCustomer: JobArguments {
    package static let kind = "notifications.tell-customer"
    package let notice: Notice
    package let boxID: Box.ID
    package let customerID: Customer.ID?
    /// The key under which it is remembered that this was told.
    package let key: String
    package var uniqueKey: String? { "\(boxID) \(key)" }

    package init(_ notice: Notice, key: String, boxID: Box.ID, customerID: Customer.ID) {
        self.notice = notice
        self.key = key
        self.boxID = boxID
        self.customerID = customerID
    }
}

/// Tell the host of something that only they can fix.
package struct AlertHost: JobArguments {
    package static let kind = "notifications.alert-host"
    /// One line.
    package let subject: String
    /// Paragraphs of plain text, with an empty line between them.
    package let text: String
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { subject }

    package init(subject: String, text: String) {
        self.subject = subject
        self.text = text
    }
}

/// Forget browser sessions and magic links that have expired.
package struct DeleteExpiredSessions: JobArguments {
    package static let kind = "identity.delete-expired-sessions"
    package static let priority = JobPriority.background
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { "all" }

    package init() {}
}

/// Forget what has been kept for as long as the site's privacy page says.
package struct ApplyRetention: JobArguments {
    package static let kind = "identity.apply-retention"
    package static let priority = JobPriority.background
    package static let deadline = Duration.seconds(600)
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { "all" }

    package init() {}
}

/// Send all customers' reminders that are due. A change that makes one due earlier adds this job for that moment.
package struct SendReminders: JobArguments {
    package static let kind = "reminders.send"
    package static let priority = JobPriority.urgent
    /// Nobody's: a customer's reminder mustn't wait for other jobs of theirs.
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { "all" }

    package init() {}
}
