import Core
import Jobs
import SQL
import Synchronization
import TestSupport
import Testing

/// What every notifier does.
struct NotifierConformanceTests {
    private struct Refused: Error {}

    @Test(arguments: NotifierKind.allCases)
    func whoWaitsForATopicHearsOfEachCommitThatIsAboutIt(_ kind: NotifierKind) async throws {
        try await kind.run { writer, listener in
            let customer: Customer.ID = testIDs.next()
            var heard = listener.notifications(of: .customer(customer)).makeAsyncIterator()
            for _ in 0..<3 {
                try await writer.write { $0.changed(customer) }
                #expect(await heard.next() != nil)
            }
        }
    }

    @Test(arguments: NotifierKind.allCases)
    func jobsThatAreAddedWakeWorkers(_ kind: NotifierKind) async throws {
        try await kind.run { writer, listener in
            var heard = listener.notifications(of: .jobs).makeAsyncIterator()
            try await writer.write { try $0.enqueue(ResyncBoxes()) }
            #expect(await heard.next() != nil)
        }
    }

    /// Polling wakes everybody, that is what it is.
    @Test(arguments: NotifierKind.allCases.filter { $0 != .polling })
    func othersTopicsAndWhatWasRolledBackWakeNobody(_ kind: NotifierKind) async throws {
        try await kind.run { writer, listener in
            let (mine, other): (Customer.ID, Customer.ID) = (testIDs.next(), testIDs.next())
            let count = Count(listener.notifications(of: .customer(mine)))
            try await writer.write { $0.changed(other) }
            await #expect(throws: Refused.self) {
                try await writer.write { (work: UnitOfWork) throws -> Void in
                    work.changed(mine)
                    throw Refused()
                }
            }
            #expect(count.value == 0)
            // The order is kept: when this arrives, the others would have.
            try await writer.write { $0.changed(mine) }
            try await eventually("it is heard of") { count.value > 0 }
            #expect(count.value == 1)
        }
    }

    @Test(arguments: NotifierKind.allCases)
    func theWriterOwnListenersHearOfItToo(_ kind: NotifierKind) async throws {
        try await kind.run { writer, _ in
            let customer: Customer.ID = testIDs.next()
            var heard = writer.notifier.notifications(of: .customer(customer)).makeAsyncIterator()
            try await writer.write { $0.changed(customer) }
            #expect(await heard.next() != nil)
        }
    }
}

/// Counts what arrives.
private final class Count: Sendable {
    private let arrived = Atomic<Int>(0)

    var value: Int { arrived.load(ordering: .relaxed) }

    init(_ stream: AsyncStream<Void>) {
        Task { [weak self] in
            for await _ in stream { self?.arrived.add(1, ordering: .relaxed) }
        }
    }
}
