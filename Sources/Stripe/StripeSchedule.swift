/// https://docs.stripe.com/api/subscription_schedules/object
package struct StripeSchedule: Decodable, Sendable, Hashable {
    /// `sub_sched_…`
    package let id: String
    /// `not_started`, `active`, `completed`, `released` or `canceled`.
    package let status: String
    package let phases: [Phase]

    package var isActive: Bool { status == "active" || status == "not_started" }

    package struct Phase: Decodable, Sendable, Hashable {
        /// Unix seconds.
        package let startDate: Int64
        package let endDate: Int64
        package let items: [Item]

        package struct Item: Decodable, Sendable, Hashable {
            /// `price_…`
            package let price: String
        }
    }
}

extension StripeClient {
    /// - Parameter id: `sub_sched_…`
    /// - Throws: ``StripeError``.
    package func schedule(_ id: String) async throws -> StripeSchedule {
        try await get("/v1/subscription_schedules/\(id)")
    }

    /// Makes a schedule of a subscription as it is, with its present period as the one phase.
    /// - Throws: ``StripeError``.
    package func createSchedule(ofSubscription id: String, idempotencyKey: String) async throws -> StripeSchedule {
        var form = StripeForm()
        form.add("from_subscription", id)
        return try await post("/v1/subscription_schedules", form, idempotencyKey: idempotencyKey)
    }

    /// Has the price change when the present phase ends, without anything being paid or credited before.
    /// - Throws: ``StripeError``.
    package func change(_ schedule: StripeSchedule, to price: String) async throws -> StripeSchedule {
        var form = StripeForm()
        form.add("end_behavior", "release")
        form.add("proration_behavior", "none")
        if let phase = schedule.phases.first {
            form.add("phases[0][start_date]", Int(phase.startDate))
            form.add("phases[0][end_date]", Int(phase.endDate))
            form.add("phases[0][items][0][price]", phase.items.first?.price)
            form.add("phases[0][items][0][quantity]", 1)
        }
        form.add("phases[1][items][0][price]", price)
        form.add("phases[1][items][0][quantity]", 1)
        form.add("phases[1][proration_behavior]", "none")
        return try await post("/v1/subscription_schedules/\(schedule.id)", form)
    }

    /// Leaves the subscription as it is and ends the schedule.
    /// - Throws: ``StripeError``.
    @discardableResult
    package func release(schedule id: String) async throws -> StripeSchedule {
        try await post("/v1/subscription_schedules/\(id)/release", StripeForm())
    }
}
