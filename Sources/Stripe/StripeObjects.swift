import FoundationEssentials

// The parts of Stripe's objects that the product reads, in the shapes of API version 2026-10-28.endive.

enum StripeJSON {
    static func decode<Value: Decodable>(_: Value.Type, from bytes: [UInt8]) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Value.self, from: Data(bytes))
    }
}

struct StripeList<Element: Decodable & Sendable>: Decodable, Sendable {
    let data: [Element]
    let hasMore: Bool?
}

package struct StripeCustomer: Decodable, Sendable, Hashable {
    /// `cus_…`
    package let id: String
    package let email: String?
}

package struct StripePrice: Decodable, Sendable, Hashable {
    /// `price_…`
    package let id: String
    package let lookupKey: String?
    /// In the currency's smallest unit.
    package let unitAmount: Int?
    package let currency: String
    package let metadata: [String: String]
    /// `prod_…`
    package let product: String
    /// `nil` for a price that is paid once.
    package let recurring: Recurring?

    package struct Recurring: Decodable, Sendable, Hashable {
        /// `day`, `week`, `month` or `year`.
        package let interval: String
        package let intervalCount: Int
    }
}

/// https://docs.stripe.com/api/checkout/sessions/object
package struct StripeCheckoutSession: Decodable, Sendable, Hashable {
    /// `cs_…`
    package let id: String
    /// The page to pay on; `nil` once the session is over.
    package let url: String?
    /// `open`, `complete` or `expired`.
    package let status: String?
    package let clientReferenceId: String?
    package let customer: String?
    package let customerDetails: CustomerDetails?
    /// `sub_…`, once there is one.
    package let subscription: String?
    package let metadata: [String: String]?

    package struct CustomerDetails: Decodable, Sendable, Hashable {
        package let email: String?
    }
}

/// https://docs.stripe.com/api/subscriptions/object
package struct StripeSubscription: Decodable, Sendable, Hashable {
    /// `sub_…`
    package let id: String
    package let customer: String
    package let status: String
    package let metadata: [String: String]
    /// Unix seconds, like every time in these objects.
    package let cancelAt: Int64?
    package let cancelAtPeriodEnd: Bool
    package let endedAt: Int64?
    /// `sub_sched_…`, while one decides what comes next.
    package let schedule: String?
    /// `in_…`
    package let latestInvoice: String?
    private let pendingUpdate: PendingUpdate?
    private let items: Items

    /// Whether a change waits for its payment.
    package var hasPendingUpdate: Bool { pendingUpdate != nil }

    private struct PendingUpdate: Decodable, Sendable, Hashable {
        let expiresAt: Int64
    }

    /// The one thing subscribed to. The billing period is the item's, not the subscription's.
    package var item: Item? { items.data.first }

    package struct Item: Decodable, Sendable, Hashable {
        /// `si_…`
        package let id: String
        package let price: StripePrice
        package let currentPeriodStart: Int64
        package let currentPeriodEnd: Int64
    }

    private struct Items: Decodable, Sendable, Hashable {
        let data: [Item]
    }
}

package struct StripeCharge: Decodable, Sendable, Hashable {
    /// `ch_…`
    package let id: String
    package let customer: String?
    /// In the currency's smallest unit.
    package let amount: Int
    package let amountRefunded: Int
    /// Whether all of it was.
    package let refunded: Bool
    /// Whether it ever was, however that ended.
    package let disputed: Bool
    /// `pi_…`
    package let paymentIntent: String?
}

/// https://docs.stripe.com/api/refunds/object
struct StripeRefund: Decodable, Sendable {
    /// `re_…`
    let id: String
}

/// https://docs.stripe.com/api/disputes/object
package struct StripeDispute: Decodable, Sendable, Hashable {
    /// `dp_…`
    package let id: String
    package let charge: String
    /// `needs_response`, `under_review`, `won`, `lost`, or `warning_…` for an inquiry that takes no money.
    package let status: String
}

package struct StripePortalSession: Decodable, Sendable, Hashable {
    /// `bps_…`
    package let id: String
    package let url: String
}

/// https://docs.stripe.com/api/events/object
package struct StripeEvent: Decodable, Sendable, Hashable {
    /// `evt_…`
    package let id: String
    package let type: String
    private let data: EventData

    /// What the event is about.
    package var subject: Subject { data.object }

    /// - Parameter json: the body of a webhook.
    /// - Throws: a `DecodingError`.
    package init(json: [UInt8]) throws {
        self = try StripeJSON.decode(Self.self, from: json)
    }

    /// The references that an event's object holds. Everything else is asked for when it is needed.
    package struct Subject: Decodable, Sendable, Hashable {
        /// Some objects, such as an upcoming invoice, have none.
        package let id: String?
        /// `checkout.session`, `subscription`, `invoice`, `dispute`, `refund`, …
        package let object: String
        /// `ch_…`, of a dispute or a refund.
        package let charge: String?
        private let parent: Parent?

        /// `sub_…`, if the object is an invoice of a subscription.
        package var invoicedSubscription: String? { parent?.subscriptionDetails?.subscription }

        private struct Parent: Decodable, Sendable, Hashable {
            let subscriptionDetails: Details?

            struct Details: Decodable, Sendable, Hashable {
                let subscription: String?
            }
        }
    }

    private struct EventData: Decodable, Sendable, Hashable {
        let object: Subject
    }
}
