import Core
import Jobs
import Logging
import SQL
import Store
import TestSupport
import Testing

@testable import Operator

/// What customers' own programs are told of their agents.
struct WebhookEventTests {
    @Test func eachChangeOfTheStatusIsTheOwnersNewsOnce() async throws {
        try await OperatorStage.run { stage in
            let endpoint = WebhookEndpoint(
                id: testIDs.next(), customerID: stage.box.customerID, url: "https://a.example",
                events: Set(WebhookEvent.Kind.choosable), sealedSecret: "k.a.b", createdAt: testNow)
            try await stage.platform.database.write { try WebhookStore($0).insert(endpoint) }
            let statuses: [BoxStatus] = [.provisioning, .provisioning, .running, .running, .failed, .running, .suspended]
            for status in statuses {
                stage.platform.clock.advance(by: .seconds(120))
                try await writer(stage).write(
                    AgentStatus(status), of: stage.row, generation: 1)
            }
            let sent = try await stage.platform.database.read {
                try WebhookStore($0).deliveries(of: stage.box.customerID, limit: 20)
            }
            #expect(
                sent.reversed().map(\.event) == [
                    .agentProvisioning, .agentRunning, .agentFailed, .agentRunning, .agentSuspended,
                ])
            #expect(sent.allSatisfy { $0.body.contains(#""agent_id":"\#(stage.box.id)""#) })
            #expect(sent.last?.body.contains(#""timestamp":"2026-01-01T00:02:00Z""#) == true)
            #expect(try await stage.platform.queuedJobs(DeliverWebhook.kind).count == 5, "in the same transaction")
        }
    }

    @Test func whereNothingIsRegisteredNothingIsWritten() async throws {
        try await OperatorStage.run { stage in
            try await writer(stage).write(AgentStatus(.running), of: stage.box, generation: 1)
            #expect(try await stage.platform.queuedJobs(DeliverWebhook.kind).isEmpty)
        }
    }

    private func writer(_ stage: OperatorStage) -> StatusWriter {
        StatusWriter(
            queue: stage.platform.queue, advancesRollouts: false,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
}
