import Logging
import ModelAPI
import NIOHTTP1
import Synchronization

/// What the proxy tells those who run it.
struct OperationsAnswer: Sendable {
    var status = HTTPResponseStatus.ok
    let body: String
    var contentType = "application/json"
}

/// The figures of a proxy, for those who run it: agents reach its own port, and must not see other customers' figures.
package final class ProxyFigures: Sendable {
    private let services = Mutex<ProxyServices?>(nil)

    package init() {}

    func show(_ services: ProxyServices) {
        self.services.withLock { $0 = services }
    }

    /// In Prometheus' text format; empty before the proxy has started.
    package func text() async -> String {
        await services.withLock(\.self)?.metricsText() ?? ""
    }
}

extension ProxyServices {
    func readiness() async -> OperationsAnswer {
        var checks: [(name: String, isReady: Bool, status: String)] = []
        let isStorageReady = await storageProbe.answer(now: accounts.now) { await self.isStorageReady(within: .seconds(2)) }
        checks.append(("storage", isStorageReady, isStorageReady ? "ok" : "unavailable"))
        let fault = journal.fault
        checks.append(("journal", fault == nil, fault == nil ? "ok" : "unavailable"))
        let isBooking = !bookkeeper.lag.isFailing
        checks.append(("bookkeeping", isBooking, isBooking ? "ok" : "overdue"))
        let isReachable = upstreams.isUsable(now: accounts.now)
        // No reason to be taken out of service: the proxy's own 503 tells clients more than a refused connection.
        checks.append(("upstream", true, isReachable ? "ok" : "troubled"))
        let isReady = checks.allSatisfy(\.isReady)
        let list = checks.map { "{\"name\":\"\($0.name)\",\"status\":\"\($0.status)\"}" }.joined(separator: ",")
        return OperationsAnswer(
            status: isReady ? .ok : .serviceUnavailable,
            body: "{\"status\":\"\(isReady ? "ok" : "unavailable")\",\"checks\":[\(list)]}")
    }

    /// A database that hangs must not make the answer hang, too: a probe has a short timeout.
    private func isStorageReady(within limit: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = FirstAnswer(continuation)
            Task {
                do {
                    try await storage.check()
                    answer.give(true)
                } catch {
                    logger.error("the storage is not ready", metadata: ["error": "\(error)"])
                    answer.give(false)
                }
            }
            Task {
                try? await Task.sleep(for: limit)
                answer.give(false)
            }
        }
    }

    func metricsText() async -> String {
        let (running, waiting, limit) = limiter.figures
        let metrics = await loops.metrics()
        return metrics.text(gauges: [
            ("token_proxy_open_calls", "Calls with the upstream.", running),
            ("token_proxy_waiting_calls", "Calls that wait for their turn.", waiting),
            ("token_proxy_call_limit", "Calls that may be with the upstream at once.", limit),
            (
                "token_proxy_leased_units", "Units leased from the customers' quotas and not used.",
                accounts.leasedUnits
            ),
            (
                "token_proxy_calls_without_units", "Calls that wait until their customer's units can be leased.",
                accounts.waitingCalls
            ),
            (
                "token_proxy_unbooked_calls", "Calls in the journal that the storage hasn't taken yet.",
                bookkeeper.lag.calls
            ),
        ])
    }

    /// In a form that OpenAI's and Anthropic's clients both read.
    /// - Parameter name: of the one model that is asked about; `nil` for all.
    /// - Throws: ``Refusal`` with 404.
    func models(_ name: String?) throws(Refusal) -> String {
        let names = upstreams.models
        if let name {
            guard names.contains(name) else { throw .unknownModel(name, known: names) }
            return Self.model(name)
        }
        let (first, last) = (names.first.map(JSONText.quoted), names.last.map(JSONText.quoted))
        return #"{"object":"list","data":[\#(names.map(Self.model).joined(separator: ","))],"has_more":false,"#
            + #""first_id":\#(first ?? "null"),"last_id":\#(last ?? "null")}"#
    }

    private static func model(_ name: String) -> String {
        let name = JSONText.quoted(name)
        return #"{"id":\#(name),"object":"model","type":"model","display_name":\#(name),"created":0,"#
            + #""created_at":"1970-01-01T00:00:00Z","owned_by":"openclaw-cloud"}"#
    }
}

/// Asks whether the storage is there once a second at most: agents reach `/readyz`, too, and must not load the database with it.
final class StorageProbe: Sendable {
    private let last = Mutex<(task: Task<Bool, Never>, at: Duration)?>(nil)
    private static let interval = Duration.seconds(1)

    /// - Parameter now: since any fixed moment.
    func answer(now: Duration, _ ask: @escaping @Sendable () async -> Bool) async -> Bool {
        let task = last.withLock { last in
            if let last, now - last.at < Self.interval { return last.task }
            let task = Task { await ask() }
            last = (task, now)
            return task
        }
        return await task.value
    }
}

/// Resumes a continuation with whichever answer comes first.
private final class FirstAnswer: Sendable {
    private let waiting: Mutex<CheckedContinuation<Bool, Never>?>

    init(_ continuation: CheckedContinuation<Bool, Never>) {
        waiting = Mutex(continuation)
    }

    func give(_ answer: Bool) {
        waiting.withLock { $0.take() }?.resume(returning: answer)
    }
}
