import Synchronization

/// All figures of one name.
final class MetricFamily: Sendable {
    enum Kind: Sendable, Hashable {
        case counter, gauge
        case histogram([Double])
    }

    /// One figure; a counter or gauge uses only `sum`.
    struct Sample {
        var sum = 0.0
        /// How many observations were in each bucket and not in the one before; the last one is unbounded.
        var buckets: [Int] = []
    }

    let name: String
    let help: String
    let kind: Kind
    private let samples = Mutex<[[String: String]: Sample]>([:])

    init(name: String, help: String, kind: Kind) {
        self.name = name
        self.help = help
        self.kind = kind
    }

    func change(_ labels: [String: String], _ more: [String: String], _ body: (inout sending Sample) -> Void) {
        let key = labels.merging(more) { _, new in new }
        samples.withLock { body(&$0[key, default: Sample()]) }
    }

    func replace(_ new: [[String: String]: Double]) {
        samples.withLock { $0 = new.mapValues { Sample(sum: $0) } }
    }

    func observe(_ value: Double, _ labels: [String: String], _ more: [String: String]) {
        guard case .histogram(let bounds) = kind else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        change(labels, more) { sample in
            if sample.buckets.isEmpty { sample.buckets = Array(repeating: 0, count: bounds.count + 1) }
            sample.buckets[bucket] += 1
            sample.sum += value
        }
    }

    func text() -> String {
        let samples = samples.withLock { $0 }
        var lines = ["# HELP \(name) \(help)", "# TYPE \(name) \(typeName)"]
        for (labels, sample) in samples.sorted(by: { Self.text($0.key) < Self.text($1.key) }) {
            switch kind {
            case .counter, .gauge:
                lines.append("\(name)\(Self.text(labels)) \(Self.text(sample.sum))")
            case .histogram(let bounds):
                var count = 0
                for (bound, inBucket) in zip(bounds.map(Self.text) + ["+Inf"], sample.buckets) {
                    count += inBucket
                    let labels = labels.merging(["le": bound]) { _, bound in bound }
                    lines.append("\(name)_bucket\(Self.text(labels)) \(count)")
                }
                lines.append("\(name)_sum\(Self.text(labels)) \(Self.text(sample.sum))")
                lines.append("\(name)_count\(Self.text(labels)) \(count)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var typeName: String {
        switch kind {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }

    private static func text(_ labels: [String: String]) -> String {
        if labels.isEmpty { return "" }
        let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
