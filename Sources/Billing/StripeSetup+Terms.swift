import Core
import Stripe

/// What the terms of the sale need at Stripe. Only the host can put it right: where a business stands, and what it gives away.
extension StripeSetup {
    func checkTerms(_ report: inout Report) async throws {
        if plans.terms.reckonsTax { report.findings.append(try await tax()) }
        if plans.terms.takesPromotionCodes { report.findings.append(try await promotionCodes()) }
    }

    private func tax() async throws -> Finding {
        let settings = try await stripe.taxSettings()
        var finding = Finding(name: "Stripe Tax", state: .right)
        if settings.status != "active" {
            let missing =
                settings.missingFields.isEmpty ? "" : ", and waits for " + settings.missingFields.joined(separator: ", ")
            finding.faults.append("it is \(settings.status)\(missing)")
        }
        if settings.taxBehavior == nil { finding.faults.append("it has no default of whether prices include tax") }
        if !finding.faults.isEmpty {
            finding.state = .wrong
            finding.remark =
                "Set it up at https://dashboard.stripe.com/settings/tax: until then no page to pay on can be opened. "
                + "Tax is reckoned where you have a registration."
        }
        return finding
    }

    private func promotionCodes() async throws -> Finding {
        var finding = Finding(name: "Promotion codes", state: .right)
        if try await !stripe.hasPromotionCodes() {
            finding.remark = "There is none yet that is active: make one at https://dashboard.stripe.com/coupons."
        }
        return finding
    }
}
