import Core

/// Delete what completed long ago. Failed jobs stay until someone has looked at them.
struct DeleteCompletedJobs: JobArguments {
    static let kind = "jobs.delete-completed"
    var customerID: Customer.ID? { nil }
    var uniqueKey: String? { Self.kind }

    static let retention = Duration.days(7)
    private static let batch = 500

    func perform(on queue: WorkQueue) async throws {
        var deleted: Int
        repeat {
            deleted = try await queue.write { work in
                try JobStore(work.transaction).deleteCompleted(before: work.now - Self.retention, limit: Self.batch)
            }
        } while deleted == Self.batch
    }
}
