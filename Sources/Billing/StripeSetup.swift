package import Core
package import Stripe

/// Makes, or verifies, what an account at Stripe has to have: a product and a price for each plan, the webhook endpoint, and what
/// customers can do in the portal. What is as it should be isn't written, so that a second run changes nothing.
package struct StripeSetup: Sendable {
    let stripe: StripeClient
    let plans: PlanTable
    private let publicURL: String
    private let portalConfiguration: String?
    /// Whether nothing is written.
    private let isCheck: Bool

    /// - Parameters:
    ///   - publicURL: of our site, without a slash at its end.
    ///   - portalConfiguration: `bpc_…` that sessions are opened with, if one is set.
    ///   - isCheck: whether to look only.
    package init(
        stripe: StripeClient, plans: PlanTable, publicURL: String, portalConfiguration: String?, isCheck: Bool
    ) {
        self.stripe = stripe
        self.plans = plans
        self.publicURL = publicURL
        self.portalConfiguration = portalConfiguration
        self.isCheck = isCheck
    }

    /// One thing, and how it was found.
    package struct Finding: Sendable {
        package let name: String
        package var state: State
        /// Its id at Stripe, if it is there.
        package var id: String?
        /// What was wrong with it.
        package var faults: [String] = []
        /// What the host may want to do besides.
        package var remark: String?

        package enum State: String, Sendable {
            case right, made, changed
            /// Only where nothing is written.
            case wrong
            /// Not looked at.
            case skipped
        }
    }

    package struct Report: Sendable {
        package var findings: [Finding] = []
        /// `whsec_…` of an endpoint that was made: it can't be seen again.
        package var webhookSecret: Secret?
        /// `bpc_…` that sessions should be opened with.
        package var portalConfiguration: String?

        package var changes: Int { findings.count { $0.state == .made || $0.state == .changed } }
        package var differences: Int { findings.count { $0.state == .wrong } }
    }

    /// - Throws: ``StripeError``. What was done before stays done, and is found by the next run.
    package func run() async throws -> Report {
        var report = Report()
        var prices: [StripePrice] = []
        for plan in plans.all {
            let (price, findings) = try await self.price(of: plan)
            report.findings += findings
            if let price { prices.append(price) }
        }
        try await checkPortal(prices, &report)
        try await checkTerms(&report)
        // Last, because a failure after it would lose its secret.
        try await checkEndpoint(&report)
        return report
    }

    // MARK: Products and prices

    private func price(of plan: Plan) async throws -> (StripePrice?, [Finding]) {
        var finding = Finding(name: "Price of \(plan.name)", state: .right)
        guard let price = try await stripe.prices(lookupKeys: [plan.lookupKey]).first else {
            finding.faults = ["there is none with the lookup key \(plan.lookupKey)"]
            return try await made(plan, idempotencyKey: plan.lookupKey, finding)
        }
        finding.id = price.id
        let fixed = price.faults(as: plan)
        if !fixed.isEmpty {
            finding.faults = fixed
            return try await made(plan, idempotencyKey: "\(plan.lookupKey)-instead-of-\(price.id)", finding)
        }
        if !price.metadata.holds(plan.stripeMetadata) {
            finding.faults = ["its metadata don't say the plan and its limit"]
            if !isCheck { try await stripe.updatePrice(price.id, metadata: plan.stripeMetadata) }
            finding.state = isCheck ? .wrong : .changed
        }
        return (price, [finding, try await product(price.product, of: plan)])
    }

    /// A price can't change, so another one takes its key.
    private func made(
        _ plan: Plan, idempotencyKey: String, _ finding: Finding
    ) async throws -> (StripePrice?, [Finding]) {
        var finding = finding
        finding.state = .wrong
        if isCheck { return (nil, [finding]) }
        let price = try await stripe.createPrice(of: plan, idempotencyKey: idempotencyKey)
        finding.state = .made
        finding.id = price.id
        return (price, [finding])
    }

    private func product(_ id: String, of plan: Plan) async throws -> Finding {
        let product = try await stripe.product(id)
        var finding = Finding(name: "Product of \(plan.name)", state: .right, id: id)
        if product.name != plan.productName { finding.faults.append("it is called \(product.name)") }
        if !product.active { finding.faults.append("it is archived") }
        if !product.metadata.holds(plan.stripeMetadata) {
            finding.faults.append("its metadata don't say the plan and its limit")
        }
        guard !finding.faults.isEmpty else { return finding }
        if !isCheck {
            try await stripe.updateProduct(id, name: plan.productName, metadata: plan.stripeMetadata)
        }
        finding.state = isCheck ? .wrong : .changed
        return finding
    }

    // MARK: The webhook endpoint

    private func checkEndpoint(_ report: inout Report) async throws {
        let url = publicURL + "/webhooks/stripe"
        var finding = Finding(name: "Webhook endpoint \(url)", state: .right)
        guard publicURL.hasPrefix("https://") else {
            finding.state = .skipped
            finding.remark =
                "Stripe sends to https addresses alone; on a machine of your own: stripe listen --forward-to \(url)"
            return report.findings.append(finding)
        }
        let events = HandledEvent.allCases.map(\.rawValue)
        let all = try await stripe.webhookEndpoints().filter { $0.url == url }
        let ours = all.first { $0.apiVersion == StripeClient.apiVersion }
        let others = all.filter { $0.id != ours?.id && $0.status == "enabled" }.map(\.id)
        if !others.isEmpty {
            finding.remark =
                "\(others.joined(separator: ", ")) sends there, too: disable it at Stripe once the secret of this one is set."
        }
        if let ours {
            finding.id = ours.id
            if ours.status != "enabled" { finding.faults.append("it is switched off") }
            let missing = Set(events).subtracting(ours.enabledEvents).sorted()
            if !missing.isEmpty { finding.faults.append("it lacks \(missing.joined(separator: ", "))") }
            let more = Set(ours.enabledEvents).subtracting(events).sorted()
            if !more.isEmpty { finding.faults.append("it gets \(more.joined(separator: ", ")), which nobody handles") }
            if !finding.faults.isEmpty {
                if !isCheck { try await stripe.updateWebhookEndpoint(ours.id, events: events) }
                finding.state = isCheck ? .wrong : .changed
            }
        } else {
            finding.faults = ["there is none with API version \(StripeClient.apiVersion)"]
            finding.state = .wrong
            if !isCheck {
                let made = try await stripe.createWebhookEndpoint(url: url, events: events)
                finding.state = .made
                finding.id = made.id
                report.webhookSecret = made.secret.map { Secret($0) }
            }
        }
        report.findings.append(finding)
    }

    // MARK: The portal

    /// How a configuration of ours is known, and what Stripe doesn't show of it.
    private static let (owner, pricesKey) = ("openclaw_cloud", "prices")

    private func checkPortal(_ prices: [StripePrice], _ report: inout Report) async throws {
        var finding = Finding(name: "Customer portal", state: .right)
        let metadata = [
            Self.owner: "portal", Self.pricesKey: prices.map(\.id).sorted().joined(separator: ","),
        ]
        let returnURL = publicURL + "/dashboard"
        let found = try await configuration()
        if let found {
            finding.id = found.id
            if !found.active { finding.faults.append("it is switched off") }
            finding.faults += found.features.differences(from: .ours).map { "\($0) is another" }
            if found.defaultReturnUrl != returnURL { finding.faults.append("it leads back to another page") }
            if !(found.metadata ?? [:]).holds(metadata) || prices.count < plans.all.count {
                finding.faults.append("subscriptions can move to other prices")
            }
        } else {
            finding.faults = [
                portalConfiguration.map { "there is no \($0)" } ?? "there is none of ours"
            ]
        }
        report.portalConfiguration = found?.id
        if !finding.faults.isEmpty {
            finding.state = isCheck ? .wrong : found == nil ? .made : .changed
            if !isCheck {
                let products = Dictionary(grouping: prices, by: \.product).sorted { $0.key < $1.key }
                let written = try await stripe.writePortalConfiguration(
                    found?.id, .ours, prices: products.map { ($0.key, $0.value.map(\.id)) }, returnURL: returnURL,
                    metadata: metadata)
                finding.id = written.id
                report.portalConfiguration = written.id
            }
        }
        report.findings.append(finding)
    }

    private func configuration() async throws -> StripePortalConfiguration? {
        if let portalConfiguration {
            do {
                return try await stripe.portalConfiguration(portalConfiguration)
            } catch let error as StripeError where error.kind == .notFound {}
        }
        return try await stripe.portalConfigurations().first { $0.metadata?[Self.owner] == "portal" }
    }
}

extension StripePrice {
    /// What is wrong with it and can't be changed.
    fileprivate func faults(as plan: Plan) -> [String] {
        var faults: [String] = []
        if unitAmount != plan.monthlyPrice || currency != Plan.currency {
            faults.append(
                "it is \(unitAmount.map(String.init) ?? "no amount") \(currency), not \(plan.monthlyPrice) \(Plan.currency)")
        }
        if recurring?.interval != "month" || recurring?.intervalCount != 1 { faults.append("it isn't of a month") }
        return faults
    }
}

extension [String: String] {
    fileprivate func holds(_ others: [String: String]) -> Bool {
        others.allSatisfy { self[$0.key] == $0.value }
    }
}
