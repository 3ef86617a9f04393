import Billing
import Core
import FoundationEssentials
import Jobs
import SQL
import Sandbox
import Store
import Stripe
import TestSupport
import Testing

/// Events of many customers in any order, any number of times, while the worker keeps dying: nothing is lost, nothing is done
/// twice, and all ends as Stripe has it. `make chaos-billing` has more of everything.
@Suite(.serialized)
struct ChaosTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let customers = environment["CHAOS_CUSTOMERS"].flatMap { Int($0) } ?? 4
    private static let events = environment["CHAOS_EVENTS"].flatMap { Int($0) } ?? 45
    /// Deaths among a hundred that pass a failpoint.
    private static let rate = environment["CHAOS_RATE"].flatMap { Double($0) } ?? 8
    private static let leastDeaths = environment["CHAOS_DEATHS"].flatMap { Int($0) } ?? 10
    private static let seed = environment["CHAOS_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64.max / 2)

    @Test(arguments: [1, 3]) func nothingIsLostAndNothingDoneTwice(_ copies: Int) async throws {
        try await TestShop.run { shop in
            let fate = Fate(seed: Self.seed &+ UInt64(copies), rate: Self.rate)
            let events = try await shop.lives(of: Self.customers, atLeast: Self.events, fate)
            try await shop.suffer(events.flatMap { Array(repeating: $0, count: copies) }, fate)

            let deaths = fate.deaths.values.reduce(0, +)
            let story = "seed \(Self.seed): \(events.count) events, \(copies) times, \(deaths) deaths \(fate.deaths)"
            print("chaos-billing", story)
            #expect(deaths >= Self.leastDeaths, "\(story)")
            #expect(fate.deaths.count == Failpoint.allCases.count || deaths < 50, "\(story)")
            let faults = try await shop.faults(after: events.count, fate)
            #expect(faults.isEmpty, "\(story): \(faults)")
            #expect(try await shop.subscribers() >= Self.customers, "\(story)")
        }
    }

    /// What is wrong in one of these ways is found by what the trial looks at.
    @Test(arguments: PlantedBug.allCases) func aPlantedBugIsFound(_ bug: PlantedBug) async throws {
        try await TestShop.run { shop in
            let fate = Fate(seed: 1, rate: 20)
            let events = try await shop.lives(of: 4, atLeast: 70, fate)
            try await shop.suffer(events, fate, planted: bug)
            let faults = try await shop.faults(after: events.count, fate)
            print("chaos-billing planted \(bug): \(faults)")
            #expect(faults.contains { $0.hasPrefix(bug.fault) }, "\(faults)")
        }
    }
}

extension TestShop {
    // MARK: At Stripe

    /// Customers pay, change, fail, cancel and come back, month after month; nothing of it is told to us.
    /// - Returns: the events of it.
    fileprivate func lives(of count: Int, atLeast least: Int, _ fate: Fate) async throws -> [String] {
        var subscriptions: [String] = []
        let cards = ["4242424242424242", "4242424242424242", "4000000000000341", "4000000000000259"]
        for number in 0..<count {
            let box = try await visitor(botID: Int64(9_000 + number))
            let checkout = try await order(box, tier: Tier.allCases[number % 3])
            try await pay(checkout, card: cards[number % cards.count], email: "c\(number)@example.com")
            let session = try await stripe.checkoutSession(try #require(checkout.stripeSessionID))
            subscriptions.append(try #require(session.subscription))
        }
        for _ in 0..<100 where try await events().count < least {
            for subscription in subscriptions where fate.isNow(oneIn: 2) {
                guard try await stripe.subscription(subscription).endedAt == nil else { continue }
                try await change(subscription, ["cancel_at_period_end": fate.isNow(oneIn: 4) ? "true" : "false"])
                if fate.isNow(oneIn: 8) { try await cancel(subscription) }
            }
            try await passTime(.days(9))
        }
        let events = try await events()
        try #require(events.count >= least)
        return events
    }

    // MARK: Among the dying

    /// Delivers shuffled events until each was acknowledged, with a worker between them, and works off what is left.
    fileprivate func suffer(_ events: [String], _ fate: Fate, planted bug: PlantedBug? = nil) async throws {
        let queue = WorkQueue(
            database: DyingDatabase(inner: platform.database, fate: fate), clock: platform.clock.wallClock,
            ids: platform.queue.ids, notifier: platform.notifier)
        let dying = BillingService(
            queue: queue, stripe: stripe, plans: .builtIn, webhookSecrets: [Secret(Self.secret)], publicURL: Self.site,
            logger: quiet)
        var handlers = JobHandlers()
        dying.register(in: &handlers)
        plant(bug, in: &handlers)
        // What others do, so that nothing waits that an equal job would be left to.
        handlers.register(TellCustomer.self) { _, _ in }
        handlers.register(AlertHost.self) { _, _ in }
        handlers.register(ReconcileBox.self) { _, _ in }
        handlers.register(AnswerVisitor.self) { _, _ in }
        let worker = MortalWorker(
            queue: queue, survivors: platform.queue, clock: platform.clock, handlers: handlers, fate: fate)
        for event in fate.shuffled(events) {
            while try await !isTaken(event, by: dying, fate), bug != .acknowledgesBeforeCommit {}
            if fate.isNow(oneIn: 2) { _ = try await worker.step() }
        }
        while try await openJobs() > 0 {
            // Those that wait for their time are due within the hour.
            if try await !worker.step() { platform.clock.advance(by: .seconds(60)) }
        }
    }

    private func isTaken(_ event: String, by service: BillingService, _ fate: Fate) async throws -> Bool {
        let payload = Array(event.utf8)
        let header = StripeSignature.sign(
            payload: payload, secret: Self.secret, timestamp: platform.clock.now.milliseconds / 1000)
        do {
            try await service.receive(event: payload, signature: header)
        } catch is Death {
            return false
        }
        // Whoever dies now has answered already.
        _ = fate.strikes(.afterAcknowledgement)
        return true
    }

    private func openJobs() async throws -> Int64 {
        try await platform.database.read {
            try $0.first("SELECT count(*) AS n FROM jobs WHERE state IN ('queued', 'running')", [])?.integer("n") ?? 0
        }
    }

    // MARK: What must hold

    /// Looks at everything once all is worked off.
    /// - Parameter count: how many events Stripe has sent.
    /// - Returns: what is lost, given up, told twice or wrong; nothing if all is well.
    fileprivate func faults(after count: Int, _ fate: Fate) async throws -> [String] {
        var faults: [String] = []
        let stored = try await storedEvents()
        if stored != count { faults.append("lost: \(count - stored) events of \(count)") }
        let unhandled = try await unhandledEvents()
        if unhandled > 0 { faults.append("lost: \(unhandled) events aren't handled") }
        faults += try await failedJobs().map { "given up: \($0)" }
        faults += try await repeatedNotices().map { "told twice: \($0)" }
        fate.spareAll()
        // The clock has gone on meanwhile.
        try await sweep()
        faults += try await disagreements().map { "wrong: \($0)" }
        let before = try await books()
        try await convergeAll()
        let after = try await books()
        let changes = Set(after).symmetricDifference(before).sorted()
        if !changes.isEmpty { faults.append("wrong: the books, \(changes.prefix(4))") }
        return faults
    }

    fileprivate func subscribers() async throws -> Int {
        try await platform.database.read { try $0.query("SELECT id FROM subscriptions", []).count }
    }

    fileprivate func failedJobs() async throws -> [String] {
        try await platform.database.read {
            try $0.query("SELECT kind FROM jobs WHERE state = 'failed'", []).map { try $0.text("kind") }
        }
    }

    /// Notices that more than one job was made for.
    fileprivate func repeatedNotices() async throws -> [String] {
        try await platform.database.read { transaction in
            let told = try transaction.query("SELECT arguments FROM jobs WHERE kind = ?1", [.text(TellCustomer.kind)]).map {
                let job = try JSONDecoder().decode(TellCustomer.self, from: Data($0.text("arguments").utf8))
                return "\(job.boxID) \(job.key)"
            }
            return Dictionary(grouping: told) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
        }
    }

    /// Subscriptions whose row, or whose box, isn't as Stripe says.
    fileprivate func disagreements() async throws -> [String] {
        let now = platform.clock.now
        let rows = try await platform.database.read { transaction in
            try transaction.query("SELECT customer_id, stripe_id, box_id FROM subscriptions", []).map { row in
                let customerID = try #require(Customer.ID(try row.text("customer_id")))
                let boxID = try #require(Box.ID(try row.text("box_id")))
                let subscription = try #require(
                    try BillingStore(transaction).subscription(stripeID: try row.text("stripe_id")))
                return (subscription, try #require(try BoxStore(transaction).find(boxID, customerID: customerID)))
            }
        }
        var found: [String] = []
        for (subscription, box) in rows {
            let there = try await stripe.subscription(subscription.stripeID)
            if there.status != subscription.status.rawValue { found.append("\(there.id) is \(there.status)") }
            if box.desired != subscription.entitlement(at: now) { found.append("\(there.id): the agent is \(box.desired)") }
        }
        return found
    }

    /// All that follows from what was paid.
    fileprivate func books() async throws -> [String] {
        try await platform.database.read { transaction in
            try [
                "SELECT stripe_id || ' ' || status || ' ' || tier || ' ' || period_start AS line FROM subscriptions ORDER BY 1",
                "SELECT customer_id || ' ' || period_start || ' ' || period_end || ' ' || token_limit AS line FROM quotas ORDER BY 1",
                "SELECT id || ' ' || desired || ' ' || tier || ' ' || generation AS line FROM boxes ORDER BY 1",
                "SELECT id || ' ' || status || ' ' || total AS line FROM invoices ORDER BY 1",
                "SELECT customer_id || ' ' || notice AS line FROM notices ORDER BY 1",
            ].flatMap { try transaction.query($0, []).map { try $0.text("line") } }
        }
    }

    fileprivate func convergeAll() async throws {
        let all = try await platform.database.read {
            try $0.query("SELECT stripe_id, customer_id FROM subscriptions", []).map {
                (try $0.text("stripe_id"), Customer.ID(try $0.text("customer_id")))
            }
        }
        for (stripeID, customerID) in all {
            try await platform.queue.write {
                try $0.enqueue(ConvergeSubscription(stripeID: stripeID, customerID: customerID))
            }
        }
        try await work()
    }
}
