/// How many values fell into each bucket of a histogram (https://prometheus.io/docs/concepts/metric_types/#histogram).
package struct Distribution: Sendable, Hashable {
    /// The largest value of each bucket; one more bucket is for what is larger than all of them.
    package let bounds: [Double]
    /// By bucket: the values that fit in no earlier one.
    package private(set) var counts: [Int]
    package private(set) var sum = 0.0

    /// - Parameter bounds: ascending, without infinity.
    package init(bounds: [Double]) {
        self.bounds = bounds
        counts = [Int](repeating: 0, count: bounds.count + 1)
    }

    package mutating func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// - Parameter other: with the same bounds.
    package mutating func add(_ other: Distribution) {
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }
}
