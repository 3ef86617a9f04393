import NIOCore

/// How often a figure fell below each bound.
struct Histogram: Sendable {
    private let bounds: [Double]
    private var counts: [Int]
    private var count = 0
    private var sum = 0.0

    /// - Parameter bounds: rising.
    init(_ bounds: [Double]) {
        self.bounds = bounds
        counts = [Int](repeating: 0, count: bounds.count)
    }

    mutating func observe(_ value: Double) {
        // Counted in the first bucket that it fits in; the text sums up.
        if let index = bounds.firstIndex(where: { value <= $0 }) { counts[index] += 1 }
        count += 1
        sum += value
    }

    /// In seconds.
    mutating func observe(_ duration: TimeAmount) {
        observe(Double(duration.nanoseconds) / 1e9)
    }

    mutating func add(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        sum += other.sum
    }

    func text(_ name: String, labels: String) -> String {
        var text = ""
        var below = 0
        for (bound, count) in zip(bounds, counts) {
            below += count
            text += "\(name)_bucket{\(labels),le=\"\(bound)\"} \(below)\n"
        }
        text += "\(name)_bucket{\(labels),le=\"+Inf\"} \(count)\n"
        return text + "\(name)_sum{\(labels)} \(sum)\n\(name)_count{\(labels)} \(count)\n"
    }
}
