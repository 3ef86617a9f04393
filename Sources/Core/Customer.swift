/// Someone who chats, pays and owns a box. Exists from the first word in the chat on, without a name or an account.
package struct Customer: Sendable, Hashable, Identified {
    package static let idPrefix = "cst"
    package typealias ID = Identifier<Customer>

    package let id: ID
    /// As an ``EmailAddress`` writes it.
    package var email: String?
    /// When a link that was mailed there was followed for the first time; until then the address may be anybody's.
    package let emailProvedAt: Timestamp?
    package var language: Language
    /// `cus_…`
    package var stripeCustomerID: String?
    package let createdAt: Timestamp

    package init(
        id: ID, email: String? = nil, emailProvedAt: Timestamp? = nil, language: Language, stripeCustomerID: String? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.email = email
        self.emailProvedAt = emailProvedAt
        self.language = language
        self.stripeCustomerID = stripeCustomerID
        self.createdAt = createdAt
    }
}
