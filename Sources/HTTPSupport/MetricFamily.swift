import Prometheus
import Synchronization

/// All figures of one name.
final class MetricFamily: Sendable {
    enum Kind: Sendable, Hashable {
        case counter, gauge
        case histogram([Double])
    }

    let name: String
    let help: String
    let kind: Kind
    private let samples = Mutex<[[String: String]: MetricsWriter.Figure]>([:])

    init(name: String, help: String, kind: Kind) {
        self.name = name
        self.help = help
        self.kind = kind
    }

    func add(_ amount: Double, _ labels: [String: String], _ more: [String: String]) {
        let key = labels.merging(more) { _, new in new }
        samples.withLock { samples in
            guard case .number(let sum) = samples[key, default: .number(0)] else { return }
            samples[key] = .number(sum + amount)
        }
    }

    func set(_ value: Double, _ labels: [String: String], _ more: [String: String]) {
        let key = labels.merging(more) { _, new in new }
        samples.withLock { $0[key] = .number(value) }
    }

    func replace(_ new: [[String: String]: Double]) {
        samples.withLock { $0 = new.mapValues(MetricsWriter.Figure.number) }
    }

    func observe(_ value: Double, _ labels: [String: String], _ more: [String: String]) {
        guard case .histogram(let bounds) = kind else { return }
        let key = labels.merging(more) { _, new in new }
        samples.withLock { samples in
            // Taken out, so that it is changed in place.
            let found = samples.removeValue(forKey: key) ?? .distribution(Distribution(bounds: bounds))
            guard case .distribution(var distribution) = found else { return }
            distribution.observe(value)
            samples[key] = .distribution(distribution)
        }
    }

    func write(to writer: inout MetricsWriter) {
        let samples = samples.withLock { $0 }
        writer.write(
            name, writtenKind, help: help,
            samples.map { labels, figure in
                (labels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, figure)
            })
    }

    private var writtenKind: MetricsWriter.Kind {
        switch kind {
        case .counter: .counter
        case .gauge: .gauge
        case .histogram: .histogram
        }
    }
}
