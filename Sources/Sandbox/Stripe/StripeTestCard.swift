import Stripe

/// The test cards that the payment page takes (https://docs.stripe.com/testing).
struct StripeTestCard: Sendable, Hashable {
    /// Stripe's name for the payment method that the card becomes.
    let paymentMethod: String
    let last4: String
    /// Why it is declined, in Stripe's words; `nil` if it isn't.
    var declineCode: String?

    /// - Returns: `nil` for any other number.
    init?(number: String) {
        switch number {
        case "4242424242424242": paymentMethod = "pm_card_visa"
        case "5555555555554444": paymentMethod = "pm_card_mastercard"
        // Can be charged once; the renewals fail.
        case "4000000000000341": paymentMethod = Self.failingLater
        // Its owner disputes each charge.
        case "4000000000000259": paymentMethod = Self.disputing
        // Its bank asks who pays (3-D Secure): on the payment page, or for every charge.
        case "4000000000003220": paymentMethod = "pm_card_threeDSecure2Required"
        case "4000002760003184": paymentMethod = Self.askingEachTime
        case "4000000000000002": (paymentMethod, declineCode) = ("pm_card_visa_chargeDeclined", "generic_decline")
        case "4000000000009995":
            (paymentMethod, declineCode) = ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds")
        case "4000000000000069": (paymentMethod, declineCode) = ("pm_card_chargeDeclinedExpiredCard", "expired_card")
        default: return nil
        }
        last4 = String(number.suffix(4))
    }

    static let failingLater = "pm_card_chargeCustomerFail"
    static let disputing = "pm_card_createDispute"
    static let askingEachTime = "pm_card_authenticationRequired"

    /// Whether the payment page has to ask the owner.
    var asksOnThePage: Bool { paymentMethod == "pm_card_threeDSecure2Required" || paymentMethod == Self.askingEachTime }

    /// Whether a charge of this payment method without its owner succeeds.
    static func isCharged(_ paymentMethod: String?) -> Bool {
        paymentMethod != failingLater && paymentMethod != askingEachTime
    }
}
