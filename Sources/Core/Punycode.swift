/// Names of hosts beyond ASCII, as the network writes them (RFC 3492).
enum Punycode {
    private static let base = 36
    private static let digits = Array("abcdefghijklmnopqrstuvwxyz0123456789".unicodeScalars)

    /// - Parameter label: in lowercase.
    /// - Returns: the label itself if it is ASCII, or else `xn--…`.
    static func ascii(_ label: some StringProtocol) -> String {
        let scalars = Array(label.unicodeScalars)
        var output = scalars.filter(\.isASCII)
        if output.count == scalars.count { return String(label) }
        var handled = output.count
        if handled > 0 { output.append("-") }
        let basic = handled
        var (limit, delta, bias) = (0x80, 0, 72)
        while handled < scalars.count {
            let next = scalars.map { Int($0.value) }.filter { $0 >= limit }.min() ?? limit
            delta += (next - limit) * (handled + 1)
            limit = next
            for value in scalars.map({ Int($0.value) }) {
                if value < limit { delta += 1 }
                guard value == limit else { continue }
                output += number(delta, bias: bias)
                bias = adapted(delta, points: handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            limit += 1
        }
        return "xn--" + String(String.UnicodeScalarView(output))
    }

    private static func number(_ delta: Int, bias: Int) -> [Unicode.Scalar] {
        var (rest, position) = (delta, base)
        var output: [Unicode.Scalar] = []
        while true {
            let threshold = min(max(position - bias, 1), 26)
            guard rest >= threshold else { return output + [digits[rest]] }
            output.append(digits[threshold + (rest - threshold) % (base - threshold)])
            rest = (rest - threshold) / (base - threshold)
            position += base
        }
    }

    private static func adapted(_ delta: Int, points: Int, isFirst: Bool) -> Int {
        var rest = isFirst ? delta / 700 : delta / 2
        rest += rest / points
        var position = 0
        while rest > 455 {
            rest /= 35
            position += base
        }
        return position + 36 * rest / (rest + 38)
    }
}
