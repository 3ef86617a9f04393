import NIOCore

/// What a run came to. It is made on one event loop only.
final class Tally {
    private(set) var latencies: [Int64] = []
    private(set) var firstBytes: [Int64] = []
    private(set) var errors = 0
    private(set) var firstError: String?

    init() {
        latencies.reserveCapacity(1 << 18)
    }

    func count(latency: TimeAmount, firstByte: TimeAmount) {
        latencies.append(latency.nanoseconds)
        firstBytes.append(firstByte.nanoseconds)
    }

    func fail(_ reason: String) {
        errors += 1
        if firstError == nil { firstError = reason }
    }

    /// One line of JSON; times in milliseconds.
    func report(elapsed: TimeAmount, isStream: Bool) -> String {
        let seconds = Double(elapsed.nanoseconds) / 1e9
        var members = [
            #""count":\#(latencies.count)"#, #""errors":\#(errors)"#, #""seconds":\#(seconds)"#,
            #""per_second":\#(Double(latencies.count) / seconds)"#,
        ]
        latencies.sort()
        members += [#""p50_ms":\#(percentile(50, of: latencies))"#, #""p99_ms":\#(percentile(99, of: latencies))"#]
        if isStream {
            firstBytes.sort()
            members += [
                #""first_byte_p50_ms":\#(percentile(50, of: firstBytes))"#,
                #""first_byte_p99_ms":\#(percentile(99, of: firstBytes))"#,
            ]
        }
        if let firstError { members.append(#""first_error":\#(quoted(firstError))"#) }
        return "{\(members.joined(separator: ","))}"
    }

    private func percentile(_ percent: Int, of sorted: [Int64]) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return Double(sorted[(sorted.count - 1) * percent / 100]) / 1e6
    }
}

/// A JSON string.
func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": result += "\\\(scalar)"
        case _ where scalar.value < 0x20: result += " "
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
