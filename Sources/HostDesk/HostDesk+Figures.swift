import Core
import Jobs
import Store

/// The platform as a whole, and the money.
extension HostDesk {
    /// Agents, jobs, alerts, and what today has cost until now.
    /// - Throws: `SQLError`.
    package func overview() async throws -> Sheet {
        let plans = plans
        return try await read { transaction, now in
            let host = HostStore(transaction)
            let jobs = JobStore(transaction)
            let boxes = try host.boxCounts()
            let subscriptions = try host.subscriptionCounts()
            let counts = try jobs.counts()
            let today = Timestamp(milliseconds: now.milliseconds / 86_400_000 * 86_400_000)
            let usage = try host.usage(from: today, to: now + .seconds(1))
            let alerts = try AlertStore(transaction).openCount()
            let troubled = boxes.reduce(0) { $0 + $1.inTrouble }
            let failed = try jobs.failures(since: now - .hours(24))
            let spares = try SpareStore(transaction).all()
            return Sheet(
                "Overview", note: "At \(now), in UTC.",
                sections: [
                    Sheet.Section(
                        key: "now", title: "Now",
                        facts: [
                            .init("agents_in_trouble", .faults(Int64(troubled))),
                            .init("open_alerts", .faults(Int64(alerts))),
                            .init("jobs_failed_in_24_hours", .faults(Int64(failed))),
                            .init("jobs_waiting", .number(Int64(counts[.queued] ?? 0))),
                            .init("jobs_running", .number(Int64(counts[.running] ?? 0))),
                            .init("oldest_due_job_waits", Cell(try jobs.oldestWait(now: now).map(Self.text))),
                        ]),
                    Sheet.Section(
                        key: "today", title: "Today",
                        facts: [
                            .init("model_calls", .number(usage.calls)), .init("units", .number(usage.units)),
                            .init("upstream_cost", .dollars(usage.cost)),
                        ]),
                    Sheet.Section(
                        key: "business", title: "Customers",
                        facts: [
                            .init("people_who_have_chatted", .number(try host.customerCount())),
                            .init("paying_subscriptions", .number(Self.paying(subscriptions).reduce(0) { $0 + $1.count })),
                            .init("monthly_revenue", .cents(Self.monthly(subscriptions, plans))),
                        ]),
                    Self.agents(boxes),
                ]
                    + (spares.isEmpty
                        ? [] : [Sheet.Section(key: "spares", title: "Spares", table: Self.table(spares))]))
        }
    }

    private static func agents(_ boxes: [BoxCount]) -> Sheet.Section {
        Sheet.Section(
            key: "agents", title: "Agents",
            table: Table(
                ["plan", "wanted", "status", "agents", "in_trouble"],
                rows: boxes.map {
                    [
                        .text($0.tier.rawValue), .text($0.desired.rawValue), .text($0.status.rawValue),
                        .number($0.count), .number($0.inTrouble),
                    ]
                }))
    }

    private static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        return seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }

    private static func paying(_ counts: [SubscriptionCount]) -> [SubscriptionCount] {
        counts.filter { $0.status == .active || $0.status == .pastDue }
    }

    /// US cents, at the prices of the table of plans.
    private static func monthly(_ counts: [SubscriptionCount], _ plans: PlanTable) -> Int64 {
        paying(counts).reduce(0) { $0 + $1.count * Int64(plans[$1.tier].monthlyPrice) }
    }

    /// What the agents are promised, and what token proxies hold.
    /// - Throws: `SQLError`.
    package func capacity() async throws -> Sheet {
        let plans = plans
        return try await read { transaction, now in
            let host = HostStore(transaction)
            let boxes = try host.boxCounts().filter { $0.desired == .running }
            var totals = [Int64](repeating: 0, count: 5)
            var rows: [[Cell]] = []
            for plan in plans.all {
                let count = boxes.filter { $0.tier == plan.tier }.reduce(0) { $0 + $1.count }
                let resources = plan.resources
                let figures = [
                    count, count * Int64(resources.cpuRequest), count * Int64(resources.memoryRequest),
                    count * Int64(resources.memoryLimit), count * Int64(resources.volume),
                ]
                for (index, figure) in figures.enumerated() { totals[index] += figure }
                rows.append([.text(plan.name)] + figures.map(Cell.number))
            }
            rows.append([.text("All")] + totals.map(Cell.number))
            let allowances = try host.allowances(at: now)
            return Sheet(
                "Capacity",
                sections: [
                    Sheet.Section(
                        key: "agents", title: "What running agents are promised",
                        note: "Requests are what the cluster sets aside for them; limits are what they may take at once.",
                        table: Table(
                            ["plan", "agents", "cpu_millicores", "memory_mib", "memory_limit_mib", "volumes_gib"], rows: rows
                        )),
                    Sheet.Section(
                        key: "units", title: "Units of the periods that are open",
                        facts: [
                            .init("customers", .number(allowances.customers)), .init("sold", .number(allowances.limit)),
                            .init("used", .number(allowances.used)), .init("set_aside", .number(allowances.reserved)),
                        ]),
                    Sheet.Section(
                        key: "token_proxies", title: "Token proxies that hold units",
                        table: Table(
                            ["proxy", "customers", "units", "renewed_at"],
                            rows: try host.leaseHolders().map {
                                [.text($0.holder), .number($0.customers), .number($0.units), .time($0.renewedAt)]
                            })),
                ])
        }
    }

    /// Revenue, what the upstream took, and what is left of each customer's payments.
    /// - Throws: `SQLError`.
    package func money(_ month: Month) async throws -> Sheet {
        let margins = try await margins(month)
        let plans = plans
        return try await read { transaction, _ in
            let payments = try PaymentStore(transaction).all(from: month.start, to: month.end)
            let dollars = payments.filter { $0.payment.currency == "usd" }
            let usage = try HostStore(transaction).usage(from: month.start, to: month.end)
            let paid = dollars.reduce(0) { $0 + $1.payment.amount }
            let others = Set(payments.map(\.payment.currency)).subtracting(["usd"]).sorted()
            let subscriptions = try HostStore(transaction).subscriptionCounts()
            return Sheet(
                "Money in \(month)",
                note: others.isEmpty ? nil : "Payments in \(others.joined(separator: ", ")) aren't in these sums.",
                sections: [
                    Sheet.Section(
                        key: "sums", title: "Sums",
                        facts: [
                            .init("paid", .cents(dollars.reduce(0) { $0 + max(0, $1.payment.amount) })),
                            .init("refunded", .cents(dollars.reduce(0) { $0 + min(0, $1.payment.amount) })),
                            .init("upstream_cost", .dollars(usage.cost)),
                            .init("left", .dollars(paid * 10_000_000 - usage.cost)),
                            .init("monthly_revenue_at_present", .cents(Self.monthly(subscriptions, plans))),
                        ]),
                    Sheet.Section(
                        key: "margins", title: "By customer",
                        note:
                            "The dearest first. The upstream's cost follows its price list; machines and fees aren't in it.",
                        table: margins),
                ])
        }
    }

    /// What each customer has paid and cost in a month, the dearest first.
    /// - Throws: `SQLError`.
    package func margins(_ month: Month) async throws -> Table {
        let usage = try await read { transaction, _ in
            try HostStore(transaction).usageByCustomer(from: month.start, to: month.end)
        }
        return Table(
            ["customer", "email", "calls", "units", "paid", "upstream_cost", "margin"],
            rows: usage.map { entry in
                [
                    .id(entry.customerID.rawValue), Cell(entry.email), .number(entry.usage.calls),
                    .number(entry.usage.units),
                    .cents(entry.paid), .dollars(entry.usage.cost), .dollars(entry.paid * 10_000_000 - entry.usage.cost),
                ]
            })
    }

    /// Every payment and refund of a month, as Stripe's events told them, the oldest first.
    /// - Throws: `SQLError`.
    package func payments(_ month: Month) async throws -> Table {
        let entries = try await read { transaction, _ in
            try PaymentStore(transaction).all(from: month.start, to: month.end)
        }
        return Table(
            ["paid_at", "kind", "id", "reference", "stripe_customer", "customer", "email", "amount", "currency"],
            rows: entries.map { entry in
                let payment = entry.payment
                return [
                    .time(payment.paidAt), .text(payment.kind.rawValue), .id(payment.id), Cell(payment.reference),
                    Cell(id: payment.stripeCustomerID), Cell(id: entry.customerID?.rawValue), Cell(entry.email),
                    .cents(payment.amount), .text(payment.currency),
                ]
            })
    }
}
