import Prometheus
import Synchronization

/// The figures of a process, written out in Prometheus' text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
///
/// Labels are few and their values come from us, never from clients: each combination is kept for good.
package final class MetricsRegistry: Sendable {
    private let families = Mutex<[String: MetricFamily]>([:])

    package init() {}

    /// A figure that only grows. Asking for the same name again gives the same figure.
    /// - Parameter name: in Prometheus' style, ending in `_total`.
    package func counter(_ name: String, help: String, labels: [String: String] = [:]) -> Counter {
        Counter(family: family(name, help: help, kind: .counter), labels: labels)
    }

    /// A figure that goes up and down.
    package func gauge(_ name: String, help: String, labels: [String: String] = [:]) -> Gauge {
        Gauge(family: family(name, help: help, kind: .gauge), labels: labels)
    }

    /// Sets all samples of a figure that is looked up, and not counted: those that aren't there any more go.
    /// - Parameter samples: by their labels.
    package func setGauge(_ name: String, help: String, samples: [[String: String]: Double]) {
        family(name, help: help, kind: .gauge).replace(samples)
    }

    /// How often a figure fell below each of the bounds.
    /// - Parameters:
    ///   - name: in Prometheus' style, ending in the unit.
    ///   - bounds: ascending, without infinity.
    package func histogram(
        _ name: String, help: String, bounds: [Double] = Histogram.secondsBounds, labels: [String: String] = [:]
    ) -> Histogram {
        Histogram(family: family(name, help: help, kind: .histogram(bounds)), labels: labels)
    }

    /// Everything, in the order of names.
    package func text() -> String {
        let families = families.withLock { $0.values.sorted { $0.name < $1.name } }
        var writer = MetricsWriter()
        for family in families { family.write(to: &writer) }
        return writer.text
    }

    private func family(_ name: String, help: String, kind: MetricFamily.Kind) -> MetricFamily {
        families.withLock { families in
            if let known = families[name] {
                precondition(known.kind == kind, "\(name) was registered as something else before")
                return known
            }
            let family = MetricFamily(name: name, help: help, kind: kind)
            families[name] = family
            return family
        }
    }
}

/// A figure that only grows.
package struct Counter: Sendable {
    let family: MetricFamily
    let labels: [String: String]

    /// - Parameter amount: not negative.
    package func increment(by amount: Double = 1, labels more: [String: String] = [:]) {
        family.add(amount, labels, more)
    }
}

/// A figure that goes up and down.
package struct Gauge: Sendable {
    let family: MetricFamily
    let labels: [String: String]

    package func add(_ amount: Double, labels more: [String: String] = [:]) {
        family.add(amount, labels, more)
    }

    package func set(_ value: Double, labels more: [String: String] = [:]) {
        family.set(value, labels, more)
    }
}

/// How figures are distributed.
package struct Histogram: Sendable {
    /// For durations in seconds, from 1 ms to 30 s.
    package static let secondsBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    let family: MetricFamily
    let labels: [String: String]

    package func observe(_ value: Double, labels more: [String: String] = [:]) {
        family.observe(value, labels, more)
    }
}
