import Core
import NIOCore
import Prometheus

/// Counts what happens on one event loop, for Prometheus: by route, plan and model; by customer only if that is asked for.
struct ProxyMetrics: Sendable {
    private struct RequestLabels: Hashable, Sendable {
        let route: Route?
        let plan: Tier?
        /// `nil` for what is no call, or names none that is known.
        let model: String?
        let status: Int

        var written: MetricsWriter.Labels {
            [
                ("route", route?.name ?? "unknown"), ("plan", plan?.rawValue ?? "none"), ("model", model ?? "none"),
                ("status", "\(status)"),
            ]
        }
    }

    private struct CallLabels: Hashable, Sendable {
        let plan: Tier
        let model: String

        var written: MetricsWriter.Labels { [("plan", plan.rawValue), ("model", model)] }
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
        var firstByte = Distribution(bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60])
        var overhead = Distribution(bounds: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.1, 1, 10])
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
        var writer = MetricsWriter()
        func numbers(
            _ name: String, _ help: String, _ samples: some Sequence<(MetricsWriter.Labels, Int)>,
            kind: MetricsWriter.Kind = .counter
        ) {
            writer.write(name, kind, help: help, samples.map { ($0, .number(Double($1))) })
        }
        numbers("token_proxy_requests_total", "Requests answered.", requests.map { ($0.written, $1) })
        numbers(
            "token_proxy_tokens_total", "Tokens charged.",
            calls.flatMap { labels, figures in
                [("false", figures.exact), ("true", figures.estimated)].flatMap { isEstimated, tokens in
                    let rest = labels.written + [("estimated", isEstimated)]
                    return [([("kind", "input")] + rest, tokens.input), ([("kind", "output")] + rest, tokens.output)]
                }
            })
        if !customerTokens.isEmpty {
            numbers(
                "token_proxy_customer_tokens_total", "Tokens charged, by customer.",
                customerTokens.map { ([("customer", $0.rawValue)], $1) })
        }
        numbers(
            "token_proxy_upstream_faults_total", "Attempts that the upstream failed.",
            upstreamFaults.map { ([("reason", $0)], $1) })
        numbers(
            "token_proxy_told_total", "Calls of agents that were answered in words of the proxy's own.",
            told.map { ([("reason", $0)], $1) })
        numbers("token_proxy_excess_units_total", "Units used beyond their reservation.", [([], excessUnits)])
        numbers("token_proxy_units_total", "Units charged: what tokens weigh.", [([], units)])
        for gauge in gauges { numbers(gauge.name, gauge.help, [([], gauge.value)], kind: .gauge) }
        writer.write(
            "token_proxy_first_byte_seconds", .histogram, help: "Time to an answer's first byte.",
            calls.map { ($0.written, .distribution($1.firstByte)) })
        writer.write(
            "token_proxy_forwarding_seconds", .histogram,
            help: "Time from a request's last byte to its way to the upstream.",
            calls.map { ($0.written, .distribution($1.overhead)) })
        return writer.text
    }
}

extension Distribution {
    /// In seconds.
    fileprivate mutating func observe(_ duration: TimeAmount) {
        observe(Double(duration.nanoseconds) / 1e9)
    }
}
