/// The promotion codes that the payment page takes where `allow_promotion_codes` is set, as test cards are there for paying.
struct StripePromotionCode: Sendable, Hashable {
    let code: String
    let percentOff: Int64
    /// Whether it counts for the first invoice that costs something, and no other.
    let isOnce: Bool
    /// What Stripe calls inactive: it was one once.
    var isActive = true

    static let all = [
        StripePromotionCode(code: "WELCOME20", percentOff: 20, isOnce: true),
        StripePromotionCode(code: "FRIEND100", percentOff: 100, isOnce: false),
        StripePromotionCode(code: "SUMMER19", percentOff: 10, isOnce: true, isActive: false),
    ]

    /// - Parameter text: as somebody typed it: upper and lower case are the same.
    init?(_ text: String) {
        guard let found = Self.all.first(where: { $0.code == text.uppercased() && $0.isActive }) else { return nil }
        self = found
    }

    private init(code: String, percentOff: Int64, isOnce: Bool, isActive: Bool = true) {
        self.code = code
        self.percentOff = percentOff
        self.isOnce = isOnce
        self.isActive = isActive
    }

    /// https://docs.stripe.com/api/promotion_codes/object
    var object: StripeValue {
        [
            "id": .text("promo_" + code), "object": "promotion_code", "active": .bool(isActive), "code": .text(code),
            "customer": nil, "expires_at": nil, "livemode": false, "max_redemptions": nil, "metadata": [:],
            "promotion": ["type": "coupon", "coupon": .text("coupon_" + code)], "times_redeemed": 0,
        ]
    }
}
