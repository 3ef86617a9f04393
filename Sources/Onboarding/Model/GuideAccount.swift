package import Core
package import Jobs
import SQL
package import Store

/// The token with which the guide's model is called: made once, and shared by all processes.
package actor GuideAccount {
    private let queue: WorkQueue
    private let vault: Vault
    private let unitsADay: Int
    private var known: (token: Secret, until: Timestamp)?

    /// - Parameter unitsADay: the account's limit, see `UnitWeights`.
    package init(queue: WorkQueue, vault: Vault, unitsADay: Int) {
        self.queue = queue
        self.vault = vault
        self.unitsADay = unitsADay
    }

    /// - Throws: `SQLError`.
    package func token() async throws -> Secret {
        let now = queue.clock.now
        if let known, now < known.until { return known.token }
        let (vault, units) = (vault, unitsADay)
        let token = try await queue.write { work in
            let accounts = GuideAccountStore(work.transaction)
            if let found = try accounts.find(),
                let token = try? vault.open(found.sealedToken, context: GuideAccountStore.context)
            {
                try accounts.allow(units, customerID: found.customerID, on: work.now)
                return token
            }
            // There is none, or none that can be read with the keys at hand.
            let token = AccessToken.random(prefix: "ocp_")
            let customerID: Customer.ID = work.ids.next()
            try accounts.make(
                customerID: customerID, boxID: work.ids.next(), tokenHash: token.hash,
                sealedToken: try vault.seal(token.secret, context: GuideAccountStore.context), now: work.now)
            try accounts.allow(units, customerID: customerID, on: work.now)
            return token.secret
        }
        // A new day is a new allowance.
        let day: Int64 = 24 * 3600 * 1000
        known = (token, min(now + .seconds(60), Timestamp(milliseconds: (now.milliseconds / day + 1) * day)))
        return token
    }
}
