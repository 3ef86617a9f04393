import Core
import Logging
import Synchronization

/// Asks the storage about tokens that aren't known here: about all at once that have come while it was asked before. So however
/// many are shown, right or wrong, one question is under way.
final class TokenLookUps: Sendable {
    private struct State {
        var waiting: [(hash: TokenHash, continuation: CheckedContinuation<Result<ProxyCredential?, Refusal>, Never>)] = []
        var isAsking = false
    }

    private let storage: any ProxyStorage
    private let logger: Logger
    private let state = Mutex(State())

    /// Tokens of one question.
    private static let mostAtOnce = 500
    /// Behind so many, a storage that hangs is no better than one that fails.
    private static let mostWaiting = 10_000

    init(storage: any ProxyStorage, logger: Logger) {
        self.storage = storage
        self.logger = logger
    }

    /// Tokens that the storage is still to be asked about.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// - Returns: `nil` for a token that is wrong.
    /// - Throws: ``Refusal`` with 503 if that can't be found out.
    func find(_ hash: TokenHash) async throws(Refusal) -> ProxyCredential? {
        let result = await withCheckedContinuation { continuation in
            let (isFull, begins) = state.withLock { state in
                if state.waiting.count >= Self.mostWaiting { return (true, false) }
                state.waiting.append((hash, continuation))
                defer { state.isAsking = true }
                return (false, !state.isAsking)
            }
            if isFull { continuation.resume(returning: .failure(.storageUnavailable)) }
            if begins { Task { await ask() } }
        }
        return try result.get()
    }

    private func ask() async {
        while true {
            let batch = state.withLock { state in
                let batch = state.waiting.prefix(Self.mostAtOnce)
                state.waiting.removeFirst(batch.count)
                state.isAsking = !batch.isEmpty
                return batch
            }
            if batch.isEmpty { return }
            let hexes = batch.map(\.hash.hexadecimal)
            do {
                let found = try await storage.credentials(tokenHashes: Array(Set(hexes)))
                for (each, hex) in zip(batch, hexes) { each.continuation.resume(returning: .success(found[hex])) }
            } catch {
                logger.error("tokens can't be looked up", metadata: ["tokens": "\(batch.count)", "error": "\(error)"])
                for each in batch { each.continuation.resume(returning: .failure(.storageUnavailable)) }
            }
        }
    }
}
