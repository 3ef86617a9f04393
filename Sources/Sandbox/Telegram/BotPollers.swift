/// Who waits for updates of which bot. The updates themselves are in the database; here is only the wake-up.
actor BotPollers {
    enum Signal: Sendable {
        /// There may be updates.
        case news
        /// Another poller took over.
        case superseded
        case timedOut
    }

    struct Poll: Sendable {
        fileprivate let number: Int
        fileprivate let continuation: AsyncStream<Signal>.Continuation
        let signals: AsyncStream<Signal>

        /// Signals ``Signal/timedOut`` after some seconds, unless cancelled before.
        func expire(after seconds: Int64) async {
            guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
            continuation.yield(.timedOut)
        }
    }

    private var polls: [Int64: Poll] = [:]
    private var started = 0

    /// Begins to wait, and ends the wait of an earlier poller as superseded.
    func begin(botID: Int64) -> Poll {
        supersede(botID: botID)
        started += 1
        let (signals, continuation) = AsyncStream<Signal>.makeStream()
        let poll = Poll(number: started, continuation: continuation, signals: signals)
        polls[botID] = poll
        return poll
    }

    func end(_ poll: Poll, botID: Int64) {
        if polls[botID]?.number == poll.number { polls[botID] = nil }
        poll.continuation.finish()
    }

    func supersede(botID: Int64) {
        guard let poll = polls.removeValue(forKey: botID) else { return }
        poll.continuation.yield(.superseded)
        poll.continuation.finish()
    }

    func wake(botID: Int64) {
        polls[botID]?.continuation.yield(.news)
    }
}
