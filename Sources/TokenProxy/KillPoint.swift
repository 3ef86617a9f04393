import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where a debug build can be made to die at once, to see that its books balance however a process ends.
package enum KillPoint: String, CaseIterable, Sendable {
    case beforeReservation = "before-reservation"
    case afterReservation = "after-reservation"
    case afterFirstByte = "after-first-byte"
    case beforeSettlement = "before-settlement"
    case afterSettlement = "after-settlement"
    /// Inside the database's transaction.
    case duringBatch = "during-batch"
    /// The batch is committed, and the journal doesn't know it yet.
    case afterBatch = "after-batch"

    #if DEBUG
        private static let armed = Mutex<(point: KillPoint, passes: Int)?>(nil)
        private static let isArmed = Atomic(false)

        /// - Parameter text: `<point>:<n>`: at the n-th pass of that point the process kills itself.
        /// - Returns: whether the text could be read.
        package static func arm(_ text: String) -> Bool {
            let parts = text.split(separator: ":").map(String.init)
            guard parts.count == 2, let point = KillPoint(rawValue: parts[0]), let passes = Int(parts[1]) else {
                return false
            }
            armed.withLock { $0 = (point, passes) }
            isArmed.store(true, ordering: .releasing)
            return true
        }

        package func pass() {
            guard Self.isArmed.load(ordering: .relaxed) else { return }
            let dies = Self.armed.withLock { armed in
                guard armed?.point == self else { return false }
                armed?.passes -= 1
                return armed?.passes == 0
            }
            if dies { kill(getpid(), SIGKILL) }
        }
    #else
        @inline(__always)
        package func pass() {}
    #endif
}
