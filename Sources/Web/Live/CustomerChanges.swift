import Core
import Jobs
import ServiceLifecycle

/// When to look again at what a customer sees: at each notification, and from time to time, as notifications are only hints.
struct CustomerChanges: Sendable {
    let notifier: any Notifier
    let customerID: Customer.ID
    let interval: Duration

    /// Calls `look` at once and then at each change, until `ended` ends, the task is cancelled or the service is told to stop.
    /// - Throws: what `look` throws.
    func forEach(until ended: AsyncStream<Void>, _ look: () async throws -> Void) async throws {
        // Subscribed before the first look, so that nothing falls between the two.
        let notifications = notifier.notifications(of: .customer(customerID))
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (wakeUps, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            group.addTask {
                for await _ in notifications { continuation.yield() }
            }
            group.addTask {
                for await _ in ended {}
                continuation.finish()
            }
            group.addTask { [interval] in
                while true {
                    try await Task.sleep(for: interval)
                    continuation.yield()
                }
            }
            defer { group.cancelAll() }
            try await look()
            for await _ in wakeUps.cancelOnGracefulShutdown() { try await look() }
        }
    }
}
