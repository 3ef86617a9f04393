import Core
import Logging
import Synchronization

/// Books what calls used, whatever becomes of the client or the storage meanwhile.
final class Settlements: Sendable {
    private let storage: any ProxyStorage
    private let logger: Logger
    private let overdue = Mutex<[Settlement]>([])

    init(storage: any ProxyStorage, logger: Logger) {
        self.storage = storage
        self.logger = logger
    }

    /// Settlements that the storage hasn't taken yet.
    var overdueCount: Int { overdue.withLock { $0.count } }

    /// Returns when it is booked. If the storage fails, it is tried again later: until then the reservation stands, so
    /// nothing is lost and the limit holds.
    func settle(_ settlement: Settlement) async {
        // A task of its own, because a client that hangs up cancels the one that calls this.
        await Task { [self] in
            do {
                try await storage.settle(settlement)
            } catch {
                logger.error(
                    "a settlement is overdue",
                    metadata: ["request": "\(settlement.requestID)", "error": "\(error)"])
                overdue.withLock { $0.append(settlement) }
            }
        }.value
    }

    /// Tries again what is overdue.
    func settleOverdue() async {
        let settlements = overdue.withLock { overdue in
            defer { overdue = [] }
            return overdue
        }
        for settlement in settlements {
            await settle(settlement)
        }
    }

    /// Tries again every second until the task is cancelled.
    func keepSettling() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            await settleOverdue()
        }
    }
}
