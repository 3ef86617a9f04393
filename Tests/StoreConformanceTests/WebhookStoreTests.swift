import Core
import SQL
import Store
import TestSupport
import Testing

struct WebhookStoreTests {
    private static func endpoint(
        of customer: Customer, _ events: Set<WebhookEvent.Kind>, off: WebhookEndpoint.Off? = nil
    ) -> WebhookEndpoint {
        WebhookEndpoint(
            id: testIDs.next(), customerID: customer.id, url: "https://a.example", events: events, sealedSecret: "k.a.b",
            createdAt: testNow, off: off)
    }

    @Test(arguments: Engine.allCases)
    func anEventGoesToTheOwnersEndpointsThatWantIt(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ana, ben) = (Customer.sample(), Customer.sample())
            let wanting = Self.endpoint(of: ana, [.agentRunning, .agentFailed])
            var off = Self.endpoint(of: ana, [.agentRunning])
            off.off = .init(since: testNow, reason: .failing)
            off.failingSince = testNow - .days(5)
            let all = [wanting, Self.endpoint(of: ana, [.agentHeld]), off, Self.endpoint(of: ben, [.agentRunning])]
            try await database.write { [off] transaction in
                for customer in [ana, ben] { try CustomerStore(transaction).insert(customer) }
                let store = WebhookStore(transaction)
                for endpoint in all { try store.insert(endpoint) }
                try store.update(off)
                #expect(try Set(store.endpoints(of: ana.id)) == Set(all.prefix(2) + [off]))
                let event = try #require(WebhookEvent(.running, of: testIDs.next()))
                let jobs = try store.record(event, of: ana.id, ids: testIDs, now: testNow)
                #expect(jobs.count == 1 && jobs[0].ownerID == ana.id)
                let delivery = try #require(try store.delivery(jobs[0].deliveryID, customerID: ana.id))
                #expect(delivery.endpointID == wanting.id && delivery.event == .agentRunning && delivery.state == .waiting)
                #expect(try store.deliveries(of: ana.id, limit: 9) == [delivery])
                #expect(try store.deliveries(of: ana.id, to: off.id, limit: 9).isEmpty)
                #expect(try store.deliveries(of: ana.id, to: wanting.id, limit: 9) == [delivery])
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func nobodyReachesAnothersEndpointOrMessage(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ana, ben) = (Customer.sample(), Customer.sample())
            let endpoint = Self.endpoint(of: ana, [.agentRunning])
            try await database.write { transaction in
                for customer in [ana, ben] { try CustomerStore(transaction).insert(customer) }
                let store = WebhookStore(transaction)
                try store.insert(endpoint)
                let job = try store.record(.test, for: endpoint, ids: testIDs, now: testNow)
                #expect(try store.endpoint(endpoint.id, customerID: ben.id) == nil)
                #expect(try store.delivery(job.deliveryID, customerID: ben.id) == nil)
                #expect(try store.deliveries(of: ben.id, to: endpoint.id, limit: 9).isEmpty)
                #expect(try !store.delete(endpoint.id, customerID: ben.id))
                let forged = WebhookEndpoint(
                    id: endpoint.id, customerID: ben.id, url: "https://b.example", events: [.agentHeld],
                    sealedSecret: "x", createdAt: testNow)
                try store.update(forged)
                let delivery = try #require(try store.delivery(job.deliveryID, customerID: ana.id))
                var stolen = WebhookDelivery(
                    id: delivery.id, endpointID: endpoint.id, customerID: ben.id, event: .test, body: "", createdAt: testNow)
                stolen.state = .failed
                try store.update(stolen, now: testNow)
                #expect(try store.endpoint(endpoint.id, customerID: ana.id) == endpoint)
                #expect(try store.delivery(delivery.id, customerID: ana.id) == delivery)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func whatBecameOfAMessageIsKeptForAMonthAndGoesWithItsEndpoint(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            // Not so old as to be forgotten.
            let ana = Customer(id: testIDs.next(), language: .english, createdAt: testNow + .days(20))
            let endpoint = Self.endpoint(of: ana, [.agentRunning])
            try await database.write { transaction in
                try CustomerStore(transaction).insert(ana)
                let store = WebhookStore(transaction)
                try store.insert(endpoint)
                let results: [(WebhookDelivery.Result, WebhookDelivery.State)] = [
                    (.answered(200), .delivered), (.fault(.timeout), .failed), (.answered(500), .waiting),
                ]
                for (result, state) in results {
                    let job = try store.record(.test, for: endpoint, ids: testIDs, now: testNow)
                    var delivery = try #require(try store.delivery(job.deliveryID, customerID: ana.id))
                    (delivery.result, delivery.state, delivery.attempts, delivery.triedAt) = (result, state, 3, testNow)
                    try store.update(delivery, now: testNow)
                    #expect(try store.delivery(job.deliveryID, customerID: ana.id) == delivery)
                }
                try RetentionStore(transaction).apply(now: testNow + .days(30))
                #expect(try store.deliveries(of: ana.id, limit: 9).count == 3)
                let late = try store.record(.test, for: endpoint, ids: testIDs, now: testNow + .days(1))
                try RetentionStore(transaction).apply(now: testNow + .days(30) + .seconds(1))
                #expect(try store.deliveries(of: ana.id, limit: 9).map(\.id) == [late.deliveryID])
                #expect(try store.delete(endpoint.id, customerID: ana.id))
                #expect(try store.deliveries(of: ana.id, limit: 9).isEmpty)
            }
        }
    }
}
