import Core
import FoundationEssentials

extension Payment {
    /// The payment or refund that a signed event of Stripe's tells. Neither amount changes any
    /// more; whose a refund is, and whether it failed, ``PaymentStore/settle(refund:stripeCustomerID:hasFailed:)`` is told later.
    /// - Returns: `nil` for every other event, and for one that lacks what is needed.
    init?(event payload: [UInt8], now: Timestamp) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let event = try? decoder.decode(Event.self, from: Data(payload)), let id = event.data.object.id,
            let currency = event.data.object.currency
        else { return nil }
        let object = event.data.object
        switch event.type {
        case "invoice.paid":
            guard let amount = object.amountPaid else { return nil }
            let paidAt = object.statusTransitions?.paidAt ?? event.created
            self.init(
                id: id, kind: .invoice, stripeCustomerID: object.customer, reference: object.number, amount: amount,
                currency: currency, paidAt: paidAt.map { Timestamp(seconds: $0) } ?? now)
        case "refund.created":
            guard let amount = object.amount else { return nil }
            let paidAt = object.created ?? event.created
            self.init(
                id: id, kind: .refund, stripeCustomerID: nil, reference: object.charge, amount: -amount,
                currency: currency, paidAt: paidAt.map { Timestamp(seconds: $0) } ?? now)
        default:
            return nil
        }
    }

    /// https://docs.stripe.com/api/invoices/object, https://docs.stripe.com/api/refunds/object
    private struct Event: Decodable {
        let type: String
        let created: Int64?
        let data: Content

        struct Content: Decodable {
            let object: Object
        }

        struct Object: Decodable {
            let id: String?
            let customer: String?
            let number: String?
            let charge: String?
            let amount: Int64?
            let amountPaid: Int64?
            let currency: String?
            let created: Int64?
            let statusTransitions: Transitions?
        }

        struct Transitions: Decodable {
            let paidAt: Int64?
        }
    }
}
