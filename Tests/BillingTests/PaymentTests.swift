import Core
import SQL
import Store
import TestSupport
import Testing

@testable import Billing

struct PaymentTests {
    @Test func anInvoiceThatIsPaidIsAPayment() throws {
        let json = """
            {"id": "evt_1", "type": "invoice.paid", "created": 5, "data": {"object": {"id": "in_1", "object": "invoice",
            "customer": "cus_1", "number": "A-1", "amount_paid": 4905, "amount_due": 4905, "currency": "usd", "created": 1,
            "status_transitions": {"paid_at": 7}}}}
            """
        let payment = Payment(
            id: "in_1", kind: .invoice, stripeCustomerID: "cus_1", reference: "A-1", amount: 4905, currency: "usd",
            paidAt: Timestamp(seconds: 7))
        #expect(Payment(event: Array(json.utf8), now: testNow) == payment)
    }

    @Test func aRefundCountsAgainstThem() throws {
        let json = """
            {"id": "evt_1", "type": "refund.created", "created": 5, "data": {"object": {"id": "re_1", "object": "refund",
            "charge": "ch_1", "amount": 500, "currency": "usd", "created": 4}}}
            """
        let refund = Payment(
            id: "re_1", kind: .refund, stripeCustomerID: nil, reference: "ch_1", amount: -500, currency: "usd",
            paidAt: Timestamp(seconds: 4))
        #expect(Payment(event: Array(json.utf8), now: testNow) == refund)
    }

    @Test(arguments: [
        #"{"type": "invoice.payment_failed", "data": {"object": {"id": "in_1", "currency": "usd", "amount_paid": 0}}}"#,
        #"{"type": "invoice.paid", "data": {"object": {"id": "in_1", "currency": "usd"}}}"#,
        #"{"type": "invoice.paid", "data": {"object": {"amount_paid": 1, "currency": "usd"}}}"#, "{}", "",
    ])
    func nothingElseIsAPayment(_ json: String) {
        #expect(Payment(event: Array(json.utf8), now: testNow) == nil)
    }
}
