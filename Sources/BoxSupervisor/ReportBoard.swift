import Core

/// The newest report, for those who wait for another one.
actor ReportBoard {
    struct Posting: Sendable, Codable {
        let revision: Int
        let report: BoxReport
    }

    private(set) var posting = Posting(revision: 0, report: BoxReport())
    private var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    private var last = 0

    func post(_ report: BoxReport) {
        guard report != posting.report else { return }
        // What changes all the time is nobody's news.
        var settled = report
        settled.memory = posting.report.memory
        let isNews = settled != posting.report
        posting = Posting(revision: posting.revision + (isNews ? 1 : 0), report: report)
        guard isNews else { return }
        for listener in listeners.values { listener.yield() }
    }

    /// Returns once there is a later posting than `revision`, or patience has run out.
    func posting(after revision: Int, within patience: Duration) async -> Posting {
        guard posting.revision <= revision else { return posting }
        let (news, listener) = AsyncStream<Void>.makeStream()
        last += 1
        let number = last
        listeners[number] = listener
        defer { listeners[number] = nil }
        let timer = Task {
            try? await Task.sleep(for: patience)
            listener.finish()
        }
        defer { timer.cancel() }
        for await _ in news where posting.revision > revision { break }
        return posting
    }
}
