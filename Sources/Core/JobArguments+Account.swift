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

/// Forget the nightly backups of a box that aren't kept any more.
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
}
