import FoundationEssentials
import Stripe

/// What the visitor filled in on the payment page.
struct StripePaymentForm: Sendable {
    var email: String
    var number: String
    var expiry: String
    var cvc: String
    var name: String
    /// A promotion code, where the page takes one.
    var code = ""
    /// The business and its tax id, where the page takes them.
    var business = ""
    var taxID = ""

    /// What the empty page has in its fields.
    /// - Parameter now: Unix time in seconds.
    init(email: String, now: Int64) {
        self.email = email
        number = "4242 4242 4242 4242"
        expiry = "12 / \((Self.month(now) / 12 + 3) % 100)"
        cvc = "123"
        name = "Ada Sandbox"
    }

    init(_ form: StripeForm) {
        func value(_ name: String) -> String {
            String((form.fields.last { $0.name == name }?.value ?? "").prefix(300)).trimmed
        }
        email = value("email")
        number = value("number")
        expiry = value("expiry")
        cvc = value("cvc")
        name = value("name")
        code = value("code")
        business = value("business")
        taxID = value("tax_id")
    }

    /// A fault is the key of its words in ``StripePageTexts``.
    enum Outcome: Sendable, Hashable {
        case accepted(StripeTestCard)
        case refused(String)
    }

    func check(now: Int64) -> Outcome {
        guard EmailShape.fits(email) else { return .refused("emailWrong") }
        guard let card = StripeTestCard(number: number.filter { $0 != " " && $0 != "-" }) else {
            return .refused("numberWrong")
        }
        let date = expiry.split(separator: "/").map { Int($0.filter { $0 != " " }) ?? 0 }
        guard date.count == 2, (1...12).contains(date[0]), (0...99).contains(date[1]),
            (2000 + date[1]) * 12 + date[0] - 1 >= Self.month(now)
        else { return .refused("expiryWrong") }
        guard (3...4).contains(cvc.utf8.count), cvc.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return .refused("cvcWrong")
        }
        guard !name.isEmpty else { return .refused("nameWrong") }
        guard code.isEmpty || StripePromotionCode(code) != nil else { return .refused("codeWrong") }
        if let code = card.declineCode { return .refused(code) }
        return .accepted(card)
    }

    /// The months since the year 0, in UTC.
    private static func month(_ now: Int64) -> Int {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = calendar.dateComponents([.year, .month], from: Date(timeIntervalSince1970: Double(now)))
        return (date.year ?? 0) * 12 + (date.month ?? 1) - 1
    }
}
