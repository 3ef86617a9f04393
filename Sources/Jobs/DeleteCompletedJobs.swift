import Core

/// Delete what ended long ago. Failed jobs stay for longer, so that someone can look at them.
struct DeleteCompletedJobs: JobArguments {
    static let kind = "jobs.delete-completed"
    static let deadline = Duration.seconds(600)
    static let priority = JobPriority.background
    var customerID: Customer.ID? { nil }
    var uniqueKey: String? { Self.kind }

    private static let batch = 500

    func perform(on queue: WorkQueue) async throws {
        var deleted: Int
        repeat {
            deleted = try await queue.write { work in
                let store = JobStore(work.transaction)
                let completed = try store.delete(
                    .complete, before: work.now - Retention.completedJobs.duration, limit: Self.batch)
                let failed = try store.delete(.failed, before: work.now - Retention.failedJobs.duration, limit: Self.batch)
                return max(completed, failed)
            }
        } while deleted == Self.batch
    }
}
