import Core
import Logging
import ServiceLifecycle
import Store

/// Settles what dead proxy processes left open: at the start, and every minute.
struct TokenProxyRecovery: Service {
    let storage: TokenProxyStorage
    let clock: WallClock
    /// This process, as it is named in its reservations.
    let holder: String
    /// Whether every other holder is dead, because there is only this proxy.
    let isOnlyProxy: Bool
    let logger: Logger

    /// No call lasts longer: the proxy gives each of them up before.
    private static let longestCall = Duration.seconds(15 * 60)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            if isOnlyProxy { await recover(.notHeldBy(holder)) }
            repeat {
                await recover(.createdBefore(clock.now - Self.longestCall))
            } while (try? await Task.sleep(for: .seconds(60))) != nil
        }
    }

    private func recover(_ orphans: UsageStore.Orphans) async {
        do {
            try await storage.recover(orphans)
        } catch {
            // The reservations still stand, so nothing is lost: the next round tries again.
            logger.error("open reservations can't be settled yet", metadata: ["error": "\(error)"])
        }
    }
}
