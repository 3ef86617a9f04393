/// Writes figures in Prometheus' text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
package struct MetricsWriter: Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    package enum Figure: Sendable {
        case number(Double)
        case distribution(Distribution)
    }

    /// Names and values, in the order in which they are written.
    package typealias Labels = [(String, String)]

    /// What has been written so far.
    package private(set) var text = ""

    package init() {}

    /// Writes all figures of one name, sorted by their labels.
    /// - Parameter help: one line, without backslashes.
    package mutating func write(
        _ name: String, _ kind: Kind, help: String, _ samples: some Sequence<(Labels, Figure)>
    ) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        let samples = samples.map { (labels: Self.text($0), figure: $1) }
        for (labels, figure) in samples.sorted(by: { $0.labels < $1.labels }) {
            switch figure {
            case .number(let value): write(name, labels, Self.text(value))
            case .distribution(let distribution): write(name, labels, distribution)
            }
        }
    }

    private mutating func write(_ name: String, _ labels: String, _ distribution: Distribution) {
        var count = 0
        for (bound, inBucket) in zip(distribution.bounds.map(Self.text) + ["+Inf"], distribution.counts) {
            count += inBucket
            write(name + "_bucket", labels.isEmpty ? "le=\"\(bound)\"" : labels + ",le=\"\(bound)\"", "\(count)")
        }
        write(name + "_sum", labels, Self.text(distribution.sum))
        write(name + "_count", labels, "\(count)")
    }

    private mutating func write(_ name: String, _ labels: String, _ value: String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }

    private static func text(_ labels: Labels) -> String {
        labels.map { name, value in "\(name)=\"\(escaped(value))\"" }.joined(separator: ",")
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
