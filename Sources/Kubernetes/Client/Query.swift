/// The query of a request.
struct Query: Sendable {
    private var parameters: [(name: String, value: String)] = []

    init(labelSelector: String? = nil, fieldSelector: String? = nil) {
        self["labelSelector"] = labelSelector
        self["fieldSelector"] = fieldSelector
    }

    subscript(name: String) -> String? {
        get { parameters.first { $0.name == name }?.value }
        set {
            parameters.removeAll { $0.name == name }
            if let newValue { parameters.append((name, newValue)) }
        }
    }

    /// With its question mark; empty if there are no parameters.
    var text: String {
        guard !parameters.isEmpty else { return "" }
        return "?" + parameters.map { "\($0.name)=\(Self.escaped($0.value))" }.joined(separator: "&")
    }

    private static func escaped(_ value: String) -> String {
        var result = ""
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return result
    }
}
