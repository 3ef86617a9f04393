import Core
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import CloudApp

/// An agent that the token proxy stops is its owner's news, by mail and to their programs, once.
struct AgentHeldTests {
    private static func run(
        _ body: @escaping @Sendable (TestPlatform, TokenProxyStorage, Box) async throws -> Void
    ) async throws {
        try await TestPlatform.run { platform in
            let customer = Customer.sample()
            let box = Box.sample(of: customer, botID: 1, desired: .running)
            let endpoint = WebhookEndpoint(
                id: testIDs.next(), customerID: customer.id, url: "https://a.example", events: [.agentHeld],
                sealedSecret: "k.a.b", createdAt: testNow)
            try await platform.database.write { transaction in
                try CustomerStore(transaction).insert(customer)
                try BoxStore(transaction).insert(box)
                try UsageStore(transaction).setQuota(
                    customerID: customer.id, periodStart: testNow, periodEnd: testNow + .days(30), limit: 10_000)
                try WebhookStore(transaction).insert(endpoint)
            }
            try await body(platform, TokenProxyStorage(queue: platform.queue), box)
        }
    }

    private static func bodies(_ platform: TestPlatform, _ box: Box) async throws -> [String] {
        try await platform.database.read {
            try WebhookStore($0).deliveries(of: box.customerID, limit: 9).map(\.body)
        }
    }

    @Test func oneThatIsStoppedAtOnce() async throws {
        try await Self.run { platform, storage, box in
            try await storage.hold(boxID: box.id, customerID: box.customerID, .manyCalls)
            try await storage.hold(boxID: box.id, customerID: box.customerID, .manyCalls)
            let bodies = try await Self.bodies(platform, box)
            #expect(bodies.count == 1 && bodies[0].contains(#""reason":"many_calls""#))
            #expect(bodies[0].contains(#""type":"agent.held""#) && bodies[0].contains(box.id.rawValue))
            #expect(try await platform.queuedJobs(TellOfHold.kind).count == 1)
            #expect(try await platform.queuedJobs(DeliverWebhook.kind).count == 1)
        }
    }

    @Test func oneThatIsStoppedWhenItsCallsAreBooked() async throws {
        try await Self.run { platform, storage, box in
            let event = UsageEvent(
                requestID: "r1", customerID: box.customerID, boxID: box.id, periodStart: testNow, model: "k2p5",
                usage: TokenUsage(input: 1000, output: 0), estimated: false, cause: .background, turn: 0,
                createdAt: testNow)
            try await storage.record([event], holder: "p", isRepeated: false)
            let bodies = try await Self.bodies(platform, box)
            #expect(bodies.count == 1 && bodies.first?.contains(#""reason":"unasked""#) == true)
        }
    }
}
