/// Someone who chats, pays and owns a box. Exists from the first word in the chat on, without a name or an account.
package struct Customer: Sendable, Hashable, Identified {
    package static let idPrefix = "cst"
    package typealias ID = Identifier<Customer>

    package let id: ID
    /// Lowercase. Unverified until a magic link sent there was followed.
    package var email: String?
    package var language: Language
    /// `cus_…`
    package var stripeCustomerID: String?
    package let createdAt: Timestamp

    package init(
        id: ID, email: String? = nil, language: Language, stripeCustomerID: String? = nil, createdAt: Timestamp
    ) {
        self.id = id
        self.email = email
        self.language = language
        self.stripeCustomerID = stripeCustomerID
        self.createdAt = createdAt
    }
}
