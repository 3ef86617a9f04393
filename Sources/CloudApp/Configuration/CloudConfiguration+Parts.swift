import Core
import FoundationEssentials

/// A part of the outside world that the sandbox can play.
enum Part: String, CaseIterable, Sendable {
    case kimi, stripe, telegram, mail

    /// As people call it.
    var name: String {
        switch self {
        case .kimi: "Kimi"
        case .stripe: "Stripe"
        case .telegram: "Telegram"
        case .mail: "mail"
        }
    }

    /// What makes it the real one.
    var setting: Setting {
        switch self {
        case .kimi: .kimiAPIKey
        case .stripe: .stripeSecretKey
        case .telegram: .telegramBotToken
        case .mail: .smtpURL
        }
    }
}

extension CloudConfiguration {
    /// The parts that no key is set for.
    var sandboxedParts: [Part] {
        Part.allCases.filter { part in
            switch part {
            case .kimi: kimi.apiKeys.isEmpty
            case .stripe: stripe.secretKey == nil
            case .telegram: telegram.botToken == nil
            case .mail: smtpURL == nil
            }
        }
    }

    /// Of the parts that these roles have to do with, those that the sandbox plays.
    func sandboxedParts(of roles: Set<Role>) -> [Part] {
        let parts = roles.reduce(into: Set<Part>()) { $0.formUnion($1.parts) }
        return sandboxedParts.filter(parts.contains)
    }

    /// Strangers, or real money, and a part that is only played don't go together by mistake: sign-in links would lie open in
    /// a local page, or agents cost nothing.
    /// - Throws: ``Invalid``, unless `SANDBOX_PARTS` names each part that is played.
    func checkParts(of roles: Set<Role>) throws(Invalid) {
        guard let reason = isForReal else { return }
        let unnamed = sandboxedParts(of: roles).filter { !namedSandboxParts.contains($0) }
        guard !unnamed.isEmpty else { return }
        throw Invalid(
            faults: unnamed.map {
                "\($0.setting.rawValue) must be set, as \(reason): else the sandbox plays \($0.name). "
                    + "If it shall, name it: \(Setting.sandboxParts.rawValue)=\($0.rawValue)"
            })
    }

    /// Why this is no trial on one's own machine; `nil` if it is.
    private var isForReal: String? {
        if let key = stripe.secretKey?.reveal(), key.hasPrefix("sk_live_") || key.hasPrefix("rk_live_") {
            return "STRIPE_SECRET_KEY is a live key"
        }
        return Self.isThisMachine(publicURL) ? nil : "PUBLIC_URL isn't this machine"
    }

    static func isThisMachine(_ url: String) -> Bool {
        guard let host = URL(string: url)?.host()?.lowercased() else { return false }
        return ["localhost", "::1", "[::1]"].contains(host) || host.hasSuffix(".localhost") || host.hasPrefix("127.")
    }

    static func sandboxParts(_ settings: inout SettingsReader) -> Set<Part> {
        var parts: Set<Part> = []
        for name in settings.list(.sandboxParts) {
            if let part = Part(rawValue: name.lowercased()) {
                parts.insert(part)
            } else {
                settings.fault(.sandboxParts, "must be some of kimi, stripe, telegram, mail; '\(name)' is none")
            }
        }
        return parts
    }
}

extension CloudConfiguration {
    /// The longest trial that Stripe gives
    /// (https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-subscription_data-trial_period_days).
    private static let longestTrial = 730

    /// On which terms the plans are sold.
    static func terms(_ settings: inout SettingsReader) -> SaleTerms {
        var terms = SaleTerms(
            takesPromotionCodes: settings.flag(.stripePromotionCodes), reckonsTax: settings.flag(.stripeAutomaticTax))
        if let days = settings.text(.trialDays) {
            terms.trialDays = Int(days)
            if !(1...longestTrial).contains(terms.trialDays ?? 0) {
                settings.fault(.trialDays, "must be a whole number of days, 1 to \(longestTrial), not '\(days)'")
            }
        }
        return terms
    }
}
