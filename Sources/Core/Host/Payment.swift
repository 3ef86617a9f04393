/// Money that Stripe says has moved: an invoice that was paid, or a refund.
package struct Payment: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, Codable {
        case invoice, refund
    }

    /// `in_…` or `re_…`
    package let id: String
    package let kind: Kind
    /// `cus_…`; `nil` where the object doesn't say.
    package let stripeCustomerID: String?
    /// The invoice's number, or the charge that was refunded.
    package let reference: String?
    /// In the currency's smallest unit; negative for a refund.
    package let amount: Int64
    /// Three lowercase letters.
    package let currency: String
    package let paidAt: Timestamp

    package init(
        id: String, kind: Kind, stripeCustomerID: String?, reference: String?, amount: Int64, currency: String,
        paidAt: Timestamp
    ) {
        self.id = id
        self.kind = kind
        self.stripeCustomerID = stripeCustomerID
        self.reference = reference
        self.amount = amount
        self.currency = currency
        self.paidAt = paidAt
    }
}

/// Something that the host was told of.
package struct Alert: Sendable, Hashable {
    /// The id of the job that told it.
    package let id: String
    package let subject: String
    package let text: String
    package let raisedAt: Timestamp
    /// When it was mailed; `nil` where nobody is named to be mailed, or the mail is still on its way.
    package let mailedAt: Timestamp?
    package let acknowledgedAt: Timestamp?
    package let acknowledgedBy: String?

    package init(
        id: String, subject: String, text: String, raisedAt: Timestamp, mailedAt: Timestamp? = nil,
        acknowledgedAt: Timestamp? = nil, acknowledgedBy: String? = nil
    ) {
        self.id = id
        self.subject = subject
        self.text = text
        self.raisedAt = raisedAt
        self.mailedAt = mailedAt
        self.acknowledgedAt = acknowledgedAt
        self.acknowledgedBy = acknowledgedBy
    }
}

/// What somebody of the host's looked at or did.
package struct AuditEntry: Sendable, Hashable, Identified {
    package static let idPrefix = "aud"
    package typealias ID = Identifier<AuditEntry>

    package enum Origin: String, Sendable, Hashable, Codable {
        /// The pages below `/host`.
        case desk
        /// `openclaw-cloud admin`
        case terminal
    }

    package let id: ID
    package let at: Timestamp
    /// An e-mail address, or a user of the machine.
    package let actor: String
    package let origin: Origin
    /// `look`, or the name of what was done.
    package let act: String
    /// A page's path, or an id.
    package let subject: String?
    /// Whose data it was about, if it was one customer's.
    package let customerID: Customer.ID?
    package let detail: String?

    package init(
        id: ID, at: Timestamp, actor: String, origin: Origin, act: String, subject: String? = nil,
        customerID: Customer.ID? = nil, detail: String? = nil
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.origin = origin
        self.act = act
        self.subject = subject
        self.customerID = customerID
        self.detail = detail
    }
}
