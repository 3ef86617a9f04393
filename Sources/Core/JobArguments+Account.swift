/// Call an agent's bot on Telegram as the agent is called.
package struct NameBot: JobArguments {
    package static let kind = "onboarding.name-bot"
    package let boxID: Box.ID
    package let customerID: Customer.ID?
    package var uniqueKey: String? { boxID.rawValue }

    package init(_ box: Box) {
        boxID = box.id
        customerID = box.customerID
    }
}

/// Mail the links that an account's old and new address confirm a change with.
package struct SendEmailChange: JobArguments {
    package static let kind = "notifications.email-change"
    package let customerID: Customer.ID?
    package var uniqueKey: String? { customerID?.rawValue }

    package init(customerID: Customer.ID) {
        self.customerID = customerID
    }
}

/// Delete everything of a customer who asked for it, unless they have taken it back.
package struct EraseCustomer: JobArguments {
    package static let kind = "account.erase"
    package let customerID: Customer.ID?
    package var uniqueKey: String? { customerID?.rawValue }

    package init(customerID: Customer.ID) {
        self.customerID = customerID
    }
}

/// End a subscription at Stripe now, and converge on what is left of it.
package struct EndSubscription: JobArguments {
    package static let kind = "billing.end"
    /// `sub_…`
    package let stripeID: String
    package let customerID: Customer.ID?
    package var uniqueKey: String? { stripeID }

    package init(_ subscription: Subscription) {
        stripeID = subscription.stripeID
        customerID = subscription.customerID
    }
}

/// Forget the backups of a box that aren't kept any more.
package struct PruneBackups: JobArguments {
    package static let kind = "account.prune-backups"
    package static let priority = JobPriority.background
    package let boxID: Box.ID
    package let customerID: Customer.ID?
    package var uniqueKey: String? { boxID.rawValue }

    package init(_ box: Box) {
        boxID = box.id
        customerID = box.customerID
    }

    package init(_ backup: Backup) {
        boxID = backup.boxID
        customerID = backup.customerID
    }
}

/// Send a webhook's delivery, and try it again until it arrives or is given up.
package struct DeliverWebhook: JobArguments {
    package static let kind = "webhooks.deliver"
    package let deliveryID: WebhookDelivery.ID
    /// Whose delivery it is. The job is nobody's: a receiver that is slow mustn't keep other jobs of its owner's.
    package let ownerID: Customer.ID
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { deliveryID.rawValue }

    package init(_ delivery: WebhookDelivery) {
        deliveryID = delivery.id
        ownerID = delivery.customerID
    }
}

/// Tell a customer that an endpoint of theirs was switched off, because nothing arrives there.
package struct TellOfWebhookOff: JobArguments {
    package static let kind = "notifications.webhook-off"
    package let endpointID: WebhookEndpoint.ID
    package let customerID: Customer.ID?
    package var uniqueKey: String? { endpointID.rawValue }

    package init(_ endpoint: WebhookEndpoint) {
        endpointID = endpoint.id
        customerID = endpoint.customerID
    }
}
