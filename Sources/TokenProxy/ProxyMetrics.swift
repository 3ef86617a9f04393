import Core
import NIOCore

/// Counts what happens on one event loop, for Prometheus: by route, plan and model; by customer only if that is asked for.
struct ProxyMetrics: Sendable {
    private struct RequestLabels: Hashable, Sendable {
        let route: Route?
        let plan: Tier?
        /// `nil` for what is no call, or names none that is known.
        let model: String?
        let status: Int
    }

    private struct CallLabels: Hashable, Sendable {
        let plan: Tier
        let model: String

        var text: String { "plan=\"\(plan.rawValue)\",model=\"\(model)\"" }
    }

    private struct Tokens: Sendable {
        var input = 0
        var output = 0

        mutating func add(_ other: Tokens) {
            input += other.input
            output += other.output
        }
    }

    private struct CallFigures: Sendable {
        var exact = Tokens()
        var estimated = Tokens()
        var firstByte = Histogram([0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60])
        var overhead = Histogram([0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.1, 1, 10])
    }

    private var requests: [RequestLabels: Int] = [:]
    private var calls: [CallLabels: CallFigures] = [:]
    private var customerTokens: [Customer.ID: Int] = [:]
    private var upstreamFaults: [String: Int] = [:]
    private var told: [String: Int] = [:]
    /// Units that an upstream reported beyond what was reserved.
    private var excessUnits = 0
    private var units = 0

    /// - Parameter model: the product's name, from the configuration.
    mutating func request(route: Route?, plan: Tier?, model: String?, status: Int) {
        requests[RequestLabels(route: route, plan: plan, model: model, status: status), default: 0] += 1
    }

    /// - Parameters:
    ///   - model: the product's name, from the configuration.
    ///   - overhead: from the request's last byte to its way to the upstream; `nil` if it never got that far.
    ///   - firstByte: from the request's last byte to the answer's first; `nil` if there was no answer.
    mutating func settled(
        _ bill: Bill, reserved: Int, _ credential: ProxyCredential, model: String, overhead: TimeAmount?,
        firstByte: TimeAmount?, byCustomer: Bool
    ) {
        let tokens = Tokens(input: bill.usage.input, output: bill.usage.output)
        func count(_ figures: inout CallFigures) {
            if bill.isEstimated { figures.estimated.add(tokens) } else { figures.exact.add(tokens) }
            if let overhead { figures.overhead.observe(overhead) }
            if let firstByte { figures.firstByte.observe(firstByte) }
        }
        count(&calls[CallLabels(plan: credential.tier, model: model), default: CallFigures()])
        if byCustomer { customerTokens[credential.customerID, default: 0] += bill.usage.total }
        units += bill.usage.units
        excessUnits += max(0, bill.usage.units - reserved)
    }

    /// - Parameter reason: one of a few words.
    mutating func upstreamFailed(reason: String) {
        upstreamFaults[reason, default: 0] += 1
    }

    /// - Parameter reason: one of a few words.
    mutating func told(reason: String) {
        told[reason, default: 0] += 1
    }

    mutating func add(_ other: ProxyMetrics) {
        requests.merge(other.requests, uniquingKeysWith: +)
        calls.merge(other.calls) { mine, other in
            var sum = mine
            sum.exact.add(other.exact)
            sum.estimated.add(other.estimated)
            sum.firstByte.add(other.firstByte)
            sum.overhead.add(other.overhead)
            return sum
        }
        customerTokens.merge(other.customerTokens, uniquingKeysWith: +)
        upstreamFaults.merge(other.upstreamFaults, uniquingKeysWith: +)
        told.merge(other.told, uniquingKeysWith: +)
        units += other.units
        excessUnits += other.excessUnits
    }

    /// - Parameter gauges: name, help and value of what is counted elsewhere.
    /// - Returns: the text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
    func text(gauges: [(name: String, help: String, value: Int)]) -> String {
        var text = ""
        func family(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: Int)]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
            for (labels, value) in samples.sorted(by: { $0.labels < $1.labels }) {
                text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
            }
        }
        family(
            "token_proxy_requests_total", "counter", "Requests answered.",
            requests.map { labels, count in
                let caller = "plan=\"\(labels.plan?.rawValue ?? "none")\",model=\"\(labels.model ?? "none")\""
                return ("route=\"\(labels.route?.name ?? "unknown")\",\(caller),status=\"\(labels.status)\"", count)
            })
        family(
            "token_proxy_tokens_total", "counter", "Tokens charged.",
            calls.flatMap { labels, figures in
                [("false", figures.exact), ("true", figures.estimated)].flatMap { isEstimated, tokens in
                    let rest = "\(labels.text),estimated=\"\(isEstimated)\""
                    return [("kind=\"input\",\(rest)", tokens.input), ("kind=\"output\",\(rest)", tokens.output)]
                }
            })
        if !customerTokens.isEmpty {
            family(
                "token_proxy_customer_tokens_total", "counter", "Tokens charged, by customer.",
                customerTokens.map { ("customer=\"\($0)\"", $1) })
        }
        family(
            "token_proxy_upstream_faults_total", "counter", "Attempts that the upstream failed.",
            upstreamFaults.map { ("reason=\"\($0)\"", $1) })
        family(
            "token_proxy_told_total", "counter", "Calls of agents that were answered in words of the proxy's own.",
            told.map { ("reason=\"\($0)\"", $1) })
        family(
            "token_proxy_excess_units_total", "counter", "Units used beyond their reservation.", [("", excessUnits)])
        family("token_proxy_units_total", "counter", "Units charged: what tokens weigh.", [("", units)])
        for gauge in gauges { family(gauge.name, "gauge", gauge.help, [("", gauge.value)]) }
        func histograms(_ name: String, _ help: String, _ figure: (CallFigures) -> Histogram) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
            for (labels, histogram) in calls.map({ ($0.text, figure($1)) }).sorted(by: { $0.0 < $1.0 }) {
                text += histogram.text(name, labels: labels)
            }
        }
        histograms("token_proxy_first_byte_seconds", "Time to an answer's first byte.") { $0.firstByte }
        histograms(
            "token_proxy_forwarding_seconds", "Time from a request's last byte to its way to the upstream."
        ) { $0.overhead }
        return text
    }
}
