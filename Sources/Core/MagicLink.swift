/// A link that signs somebody in once.
package struct MagicLink: Sendable, Hashable {
    /// Where it was sent to.
    package enum Way: String, Sendable, Hashable {
        /// To the customer's address: who follows it reads the mails there.
        case mail
        /// To the Telegram account that is linked to the set-up chat.
        case telegram
    }

    /// Whom it signs in.
    package let customerID: Customer.ID
    package let sentBy: Way

    package init(customerID: Customer.ID, sentBy: Way) {
        self.customerID = customerID
        self.sentBy = sentBy
    }
}
