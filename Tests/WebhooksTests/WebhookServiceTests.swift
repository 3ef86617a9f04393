import Core
import HTTPTypes
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import Webhooks

struct WebhookServiceTests {
    private struct Stage: Sendable {
        let platform: TestPlatform
        let service: WebhookService
        let receiver: Receiver
        let endpoint: WebhookEndpoint

        static func run(_ body: @escaping @Sendable (Stage) async throws -> Void) async throws {
            try await Receiver.run { receiver, url in
                try await TestPlatform.run { platform in
                    let customer = Customer.sample(email: "ana@example.com")
                    let id: WebhookEndpoint.ID = testIDs.next()
                    func endpoint(_ sealed: String) -> WebhookEndpoint {
                        WebhookEndpoint(
                            id: id, customerID: customer.id, url: url + "/hook", events: [.agentRunning],
                            sealedSecret: sealed, createdAt: testNow)
                    }
                    let sealed = try testVault.seal(
                        Secret("whsec_plJ3nmyCDGBKInavdOK15jsl"), context: endpoint("").secretContext)
                    let stored = endpoint(sealed)
                    try await platform.database.write { transaction in
                        try CustomerStore(transaction).insert(customer)
                        try WebhookStore(transaction).insert(stored)
                    }
                    try await body(
                        Stage(
                            platform: platform,
                            service: WebhookService(
                                queue: platform.queue, vault: testVault, sender: WebhookSender(), allowsThisMachine: true),
                            receiver: receiver, endpoint: stored))
                }
            }
        }

        func event() async throws -> DeliverWebhook {
            let endpoint = endpoint
            return try await platform.queue.write { work in
                try WebhookStore(work.transaction).record(
                    try #require(WebhookEvent(.running, of: testIDs.next())), for: endpoint, ids: work.ids, now: work.now)
            }
        }

        /// - Returns: after what pause it comes again.
        func deliver(_ job: DeliverWebhook) async throws -> Duration? {
            do {
                try await service.deliver(job)
                return nil
            } catch JobOutcome.snooze(let pause) {
                return pause
            }
        }

        func delivery(_ job: DeliverWebhook) async throws -> WebhookDelivery? {
            try await platform.database.read {
                try WebhookStore($0).delivery(job.deliveryID, customerID: job.ownerID)
            }
        }

        func stored() async throws -> WebhookEndpoint? {
            let endpoint = endpoint
            return try await platform.database.read {
                try WebhookStore($0).endpoint(endpoint.id, customerID: endpoint.customerID)
            }
        }
    }

    @Test func whatArrivesIsSentOnceAndSigned() async throws {
        try await Stage.run { stage in
            let job = try await stage.event()
            #expect(try await stage.deliver(job) == nil)
            #expect(try await stage.deliver(job) == nil, "the job may run again after a crash")
            let message = try #require(stage.receiver.messages.first)
            #expect(stage.receiver.messages.count == 1)
            let delivery = try #require(try await stage.delivery(job))
            #expect(delivery.state == .delivered && delivery.attempts == 1 && delivery.result == .answered(200))
            #expect(message.body == delivery.body)
            #expect(message.body.contains(#""type":"agent.running""#))
            let headers = try #require(
                WebhookSignature.headers(
                    id: delivery.id.rawValue, body: message.body, time: testNow,
                    secret: Secret("whsec_plJ3nmyCDGBKInavdOK15jsl")))
            for (name, value) in headers { #expect(message.headers[HTTPField.Name(name)!] == value) }
        }
    }

    @Test func whatDoesNotArriveIsTriedForADayWithOneIDAndThenGivenUp() async throws {
        try await Stage.run { stage in
            stage.receiver.answer(500)
            let job = try await stage.event()
            var pauses: [Duration] = []
            while let pause = try await stage.deliver(job) {
                pauses.append(pause)
                #expect(try await stage.delivery(job)?.state == .waiting)
                stage.platform.clock.advance(by: pause)
            }
            #expect(pauses == WebhookDelivery.pauses)
            #expect((Duration.hours(22)...Duration.hours(25)).contains(pauses.reduce(.zero, +)))
            #expect(pauses.sorted() == pauses, "they grow")
            let ids = Set(stage.receiver.messages.compactMap { $0.headers[HTTPField.Name("webhook-id")!] })
            #expect(ids == [job.deliveryID.rawValue] && stage.receiver.messages.count == 10)
            let times = Set(stage.receiver.messages.compactMap { $0.headers[HTTPField.Name("webhook-timestamp")!] })
            #expect(times.count == 10, "each attempt is signed anew")
            let delivery = try await stage.delivery(job)
            #expect(delivery?.state == .failed && delivery?.result == .answered(500) && delivery?.attempts == 10)
            let endpoint = try await stage.stored()
            #expect(endpoint?.failingSince == testNow && endpoint?.off == nil, "a day isn't five")
        }
    }

    @Test func anEndpointThatNothingReachesForFiveDaysIsSwitchedOffAndItsOwnerTold() async throws {
        try await Stage.run { stage in
            stage.receiver.answer(503)
            #expect(try await stage.deliver(try await stage.event()) == .seconds(30))
            stage.platform.clock.advance(by: .days(5))
            let job = try await stage.event()
            while let pause = try await stage.deliver(job) { stage.platform.clock.advance(by: pause) }
            #expect(try await stage.stored()?.off?.reason == .failing)
            #expect(try await stage.platform.queuedJobs(TellOfWebhookOff.kind).count == 1)
            let sent = stage.receiver.messages.count
            let late = try await stage.event()
            #expect(try await stage.deliver(late) == nil)
            let delivery = try await stage.delivery(late)
            #expect(delivery?.state == .failed && delivery?.result == .fault(.off) && delivery?.attempts == 0)
            #expect(stage.receiver.messages.count == sent)
            #expect(try await stage.platform.queuedJobs(TellOfWebhookOff.kind).count == 1)
        }
    }

    @Test func oneThatIsGoneIsSwitchedOffAtOnce() async throws {
        try await Stage.run { stage in
            stage.receiver.answer(410)
            let job = try await stage.event()
            #expect(try await stage.deliver(job) == nil)
            #expect(try await stage.delivery(job)?.state == .failed)
            #expect(try await stage.stored()?.off?.reason == .gone)
            #expect(try await stage.platform.queuedJobs(TellOfWebhookOff.kind).count == 1)
        }
    }

    @Test func whatArrivesAtLastEndsTheTrouble() async throws {
        try await Stage.run { stage in
            stage.receiver.answer(500)
            let job = try await stage.event()
            #expect(try await stage.deliver(job) == .seconds(30))
            #expect(try await stage.stored()?.failingSince == testNow)
            stage.receiver.answer(200)
            #expect(try await stage.deliver(job) == nil)
            #expect(try await stage.stored()?.failingSince == nil)
            #expect(try await stage.delivery(job)?.attempts == 2)
        }
    }

    @Test func nobodyElsesMessageIsSent() async throws {
        try await Stage.run { stage in
            let job = try await stage.event()
            let found = try #require(try await stage.delivery(job))
            let stranger = WebhookDelivery(
                id: found.id, endpointID: found.endpointID, customerID: testIDs.next(), event: found.event,
                body: found.body, createdAt: found.createdAt)
            #expect(try await stage.deliver(DeliverWebhook(stranger)) == nil)
            #expect(stage.receiver.messages.isEmpty)
        }
    }
}
