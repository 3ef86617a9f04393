import Core

extension InterviewTurn {
    /// Stripe closes a session after 24 hours; an hour is left for paying.
    private static let checkoutLifetime = Duration.hours(23)

    /// When a checkout still has no page after this time, another one is asked for.
    private static let preparationTime = Duration.seconds(300)

    /// The checkout that fits the answers and can still be paid.
    var currentCheckout: Checkout? {
        guard let world, let checkout = world.checkout, checkout.tier == state.tier,
            state.checkoutLanguage ?? language == language || checkout.completedAt != nil, checkout.boxID == world.box?.id,
            checkout.completedAt != nil
                || world.now - checkout.createdAt < (checkout.url == nil ? Self.preparationTime : Self.checkoutLifetime)
        else { return nil }
        return checkout
    }

    var hasCurrentCheckout: Bool { currentCheckout != nil }

    /// Sums up what is bought, and shows the way to the payment page as soon as there is one.
    mutating func offerPayment() {
        guard let tier = state.tier else { return }
        say(
            .summary(
                name: name, bot: botUsername ?? "", purpose: state.purpose.map(Echo.text) ?? "", plan: plans[tier],
                terms: plans.terms))
        if let account = world?.account, !isOnTelegram { say(.payingFor(account: account)) }
        if let days = plans.terms.trialDays { say(.trialTerms(days: days, units: plans)) }
        showCheckout(or: .preparingPayment)
    }

    /// - Parameter alternative: what to say while there is no payment page yet.
    mutating func showCheckout(or alternative: Phrase, with phrase: Phrase = .paymentReady) {
        guard let checkout = currentCheckout else { return say(alternative) }
        if checkout.completedAt != nil {
            say(.paymentUnderWay)
        } else if checkout.url == nil {
            say(alternative)
        } else {
            state.told.checkoutID = checkout.id
            say(phrase, card: .checkout(checkout.id))
        }
    }
}
