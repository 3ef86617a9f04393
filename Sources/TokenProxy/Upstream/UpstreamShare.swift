import Logging

extension ProxyServices {
    /// How often a proxy records that it is alive, and looks which others are.
    private static let interval = Duration.seconds(1)
    /// Looks after which all others have seen a new one, and taken less for themselves.
    private static let settling = 3

    /// Takes of the upstream's concurrency no more than an equal share with all other proxies, until the task is cancelled.
    ///
    /// One that is new among others begins with a single call at a time, until they have seen it. While the storage can't be
    /// asked, the last share holds. Calls under way are never ended for it.
    func keepSharing(holder: String) async {
        var looks = 0
        repeat {
            do {
                let count = max(1, try await storage.proxiesAtWork(with: holder))
                looks += 1
                let isNew = count > 1 && looks < Self.settling
                limiter.resize(to: isNew ? 1 : max(1, configuration.upstreamConcurrency / count), now: accounts.now)
            } catch {
                if Task.isCancelled { return }
                logger.warning("who shares the upstream can't be found out", metadata: ["error": "\(error)"])
            }
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }
}
