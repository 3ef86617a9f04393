import Core
import Jobs
import SQL
import Store
import TestSupport
import Testing

/// A change of what is wanted of an agent is a new generation, a job for the operator, and news for the pages, or none of them.
struct WantedBoxTests {
    @Test func aChangeIsStoredGivenToTheOperatorAndToldThePages() async throws {
        try await run(.running) { platform, box async throws in
            var changed = box
            changed.agentName = "Grace"
            let wanted = try await platform.queue.write { [changed] in try $0.want(changed) }
            #expect(wanted.generation == box.generation + 1 && wanted.agentName == "Grace")
            #expect(try await platform.row(of: box) == wanted)
            #expect(try await platform.queuedJobs(ReconcileBox.kind).count == 1)
            #expect(Set(platform.notifier.topics) == [.jobs, .customer(box.customerID)])
        }
    }

    @Test func aRestartIsANewGeneration() async throws {
        try await run(.running) { platform, box async throws in
            let restarted = try await platform.queue.write { try $0.restart(box) }
            #expect(restarted?.generation == box.generation + 1 && restarted?.restartMarker == box.restartMarker + 1)
            #expect(try await platform.queuedJobs(ReconcileBox.kind).count == 1)
            #expect(Set(platform.notifier.topics) == [.jobs, .customer(box.customerID)])
        }
    }

    @Test func aDraftIsNoWorkForTheOperator() async throws {
        try await run(.draft) { platform, box async throws in
            #expect(try await platform.queue.write { try $0.want(box) }.generation == box.generation + 1)
            #expect(try await platform.queuedJobs(ReconcileBox.kind).isEmpty)
        }
    }

    @Test(arguments: [DesiredState.draft, .suspended, .deleted])
    func whatIsNotMeantToRunIsNotRestarted(_ desired: DesiredState) async throws {
        try await run(desired) { platform, box async throws in
            #expect(try await platform.queue.write { try $0.restart(box) } == nil)
            #expect(try await platform.row(of: box) == box)
            #expect(try await platform.queuedJobs(ReconcileBox.kind).isEmpty && platform.notifier.topics.isEmpty)
        }
    }

    private func run(
        _ desired: DesiredState, _ body: (TestPlatform, Box) async throws -> Void
    ) async throws {
        try await TestPlatform.run { platform in
            let customer = Customer.sample()
            let box = Box.sample(of: customer, desired: desired)
            try await platform.database.write { transaction in
                try CustomerStore(transaction).insert(customer)
                try BoxStore(transaction).insert(box)
            }
            try await body(platform, box)
        }
    }
}
