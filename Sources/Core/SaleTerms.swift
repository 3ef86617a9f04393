/// On which terms the plans are sold, as the host has configured them.
package struct SaleTerms: Sendable, Hashable {
    /// Whether Stripe's payment page takes promotion codes.
    package var takesPromotionCodes: Bool
    /// Whether Stripe reckons the tax of the customer's country, and takes tax ids.
    package var reckonsTax: Bool
    /// For how many days a person's first subscription costs nothing; `nil`: it costs from the start.
    package var trialDays: Int?

    package init(takesPromotionCodes: Bool = false, reckonsTax: Bool = false, trialDays: Int? = nil) {
        self.takesPromotionCodes = takesPromotionCodes
        self.reckonsTax = reckonsTax
        self.trialDays = trialDays
    }
}

extension PlanTable {
    /// What a free trial may use, however long it is and whichever plan follows it: a tenth of the smallest plan's month.
    package var trialUnits: Int { all[0].monthlyUnits / 10 }

    /// About how many messages that is, as people are told.
    package var trialMessages: Int { all[0].dailyMessages * 3 }
}
