import Core
import Synchronization

/// Counts what happens, for Prometheus: by route, plan and model, never by customer.
final class ProxyMetrics: Sendable {
    private struct Series {
        var requests: [String: Int] = [:]
        var tokens: [String: Int] = [:]
        var upstreamFaults: [String: Int] = [:]
        var openCalls = 0
        var firstByte = Histogram()
        /// Tokens that an upstream reported beyond what was reserved.
        var excessTokens = 0
    }

    private let series = Mutex(Series())

    func request(route: String, plan: Tier?, status: Int) {
        let labels = "route=\"\(route)\",plan=\"\(plan?.rawValue ?? "none")\",status=\"\(status)\""
        series.withLock { $0.requests[labels, default: 0] += 1 }
    }

    /// - Parameter model: the product's name, from the configuration.
    func settled(_ bill: Bill, reserved: Int, plan: Tier, model: String) {
        let labels = "plan=\"\(plan.rawValue)\",model=\"\(model)\",estimated=\"\(bill.isEstimated)\""
        series.withLock {
            $0.tokens["kind=\"input\",\(labels)", default: 0] += bill.usage.input
            $0.tokens["kind=\"output\",\(labels)", default: 0] += bill.usage.output
            $0.excessTokens += max(0, bill.usage.total - reserved)
        }
    }

    /// - Parameter reason: one of a few words.
    func upstreamFailed(reason: String) {
        series.withLock { $0.upstreamFaults[reason, default: 0] += 1 }
    }

    func callOpened() {
        series.withLock { $0.openCalls += 1 }
    }

    func callClosed() {
        series.withLock { $0.openCalls -= 1 }
    }

    func firstByte(after duration: Duration) {
        series.withLock { $0.firstByte.observe(Double(duration.milliseconds) / 1000) }
    }

    /// The text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
    func text(overdueSettlements: Int) -> String {
        let series = series.withLock { $0 }
        var text = ""
        func family(_ name: String, _ type: String, _ help: String, _ samples: [String: Int]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
            for (labels, value) in samples.sorted(by: { $0.key < $1.key }) {
                text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
            }
        }
        family("token_proxy_requests_total", "counter", "Requests answered.", series.requests)
        family("token_proxy_tokens_total", "counter", "Tokens charged.", series.tokens)
        family(
            "token_proxy_upstream_faults_total", "counter", "Calls that the upstream failed.",
            series.upstreamFaults.reduce(into: [:]) { $0["reason=\"\($1.key)\""] = $1.value })
        family(
            "token_proxy_excess_tokens_total", "counter", "Tokens used beyond their reservation.",
            ["": series.excessTokens])
        family("token_proxy_open_calls", "gauge", "Calls under way.", ["": series.openCalls])
        family(
            "token_proxy_overdue_settlements", "gauge", "Settlements that the storage hasn't taken yet.",
            ["": overdueSettlements])
        return text + series.firstByte.text("token_proxy_first_byte_seconds", "Time to an answer's first byte.")
    }
}

/// How often a figure fell below each bound.
struct Histogram {
    private static let bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
    private var counts = [Int](repeating: 0, count: bounds.count)
    private var count = 0
    private var sum = 0.0

    mutating func observe(_ value: Double) {
        for (index, bound) in Self.bounds.enumerated() where value <= bound { counts[index] += 1 }
        count += 1
        sum += value
    }

    func text(_ name: String, _ help: String) -> String {
        var text = "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
        for (bound, count) in zip(Self.bounds, counts) { text += "\(name)_bucket{le=\"\(bound)\"} \(count)\n" }
        return text + "\(name)_bucket{le=\"+Inf\"} \(count)\n\(name)_sum \(sum)\n\(name)_count \(count)\n"
    }
}
