package import Core
import Crypto
package import Store

/// The moment that tests take for the present, and at which a ``ManualClock`` begins.
package let testNow = ManualClock().now

/// New ids, each different from all others.
package let testIDs = IdentifierSource.random(clock: WallClock { testNow })

/// A vault with a key that no other run of the tests has.
package let testVault = Vault(key: SymmetricKey(size: .bits256))

extension Customer {
    package static func sample(email: String? = nil) -> Customer {
        Customer(id: testIDs.next(), email: email, language: .english, createdAt: testNow)
    }
}

extension Conversation {
    package static func sample(of customer: Customer, code: String = "") -> Conversation {
        let id: Conversation.ID = testIDs.next()
        return Conversation(
            id: id, customerID: customer.id, state: "{}", telegramCode: code.isEmpty ? id.body : code, createdAt: testNow)
    }
}

extension Box {
    package static func sample(of customer: Customer, botID: Int64? = nil, desired: DesiredState = .draft) -> Box {
        Box(
            id: testIDs.next(), customerID: customer.id, tier: .pro, agentName: "Ada", purpose: "Recipes & reminders 🍲",
            language: .portuguese,
            bot: botID.map { Bot(id: $0, username: "ada_bot", sealedToken: "v1.a.b", ownerUserID: 7_000_000_001) },
            desired: desired, createdAt: testNow)
    }
}

extension Checkout {
    package static func sample(of box: Box, session: String? = nil, createdAt: Timestamp = testNow) -> Checkout {
        Checkout(
            id: testIDs.next(), customerID: box.customerID, boxID: box.id, tier: box.tier, stripeSessionID: session,
            createdAt: createdAt)
    }
}

extension Subscription {
    package static func sample(
        of box: Box, stripeID: String, status: Status = .active, periodEnd: Timestamp = testNow + .days(30)
    ) -> Subscription {
        Subscription(
            id: testIDs.next(), customerID: box.customerID, boxID: box.id, tier: box.tier, stripeID: stripeID,
            stripeItemID: "si_1", status: status, periodStart: testNow, periodEnd: periodEnd)
    }
}
