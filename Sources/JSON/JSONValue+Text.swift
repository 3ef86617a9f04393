extension JSONValue {
    /// Written here and not by an encoder: every request to Kubernetes and every box consists of such texts, and an encoder takes ten times
    /// as long for them.
    /// - Parameter isPretty: with a line for each member and entry.
    /// - Returns: JSON (RFC 8259) in UTF-8, members sorted by name. Numbers that JSON doesn't have become `null`.
    package func text(isPretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(isPretty: isPretty)
        writer.write(self, depth: 0)
        return writer.bytes
    }
}

private struct JSONWriter {
    let isPretty: Bool
    var bytes: [UInt8] = []

    init(isPretty: Bool) {
        self.isPretty = isPretty
        bytes.reserveCapacity(4096)
    }

    mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .number(let value): bytes += (value.isFinite ? String(value) : "null").utf8
        case .string(let text): write(text)
        case .array(let values):
            write(values, between: "[", and: "]", depth: depth) { writer, value in writer.write(value, depth: depth + 1) }
        case .object(let members):
            write(members, between: "{", and: "}", depth: depth) { writer, member in
                writer.write(member.name)
                writer.bytes.append(UInt8(ascii: ":"))
                if writer.isPretty { writer.bytes.append(UInt8(ascii: " ")) }
                writer.write(member.value, depth: depth + 1)
            }
        }
    }

    private mutating func write<Items: Collection>(
        _ items: Items, between start: Unicode.Scalar, and end: Unicode.Scalar, depth: Int,
        _ write: (inout JSONWriter, Items.Element) -> Void
    ) {
        bytes.append(UInt8(ascii: start))
        var isFirst = true
        for item in items {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            newLine(depth + 1)
            write(&self, item)
        }
        if !isFirst { newLine(depth) }
        bytes.append(UInt8(ascii: end))
    }

    private mutating func newLine(_ depth: Int) {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<depth * 2 { bytes.append(UInt8(ascii: " ")) }
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for (index, byte) in utf8.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                bytes += utf8[start..<index]
                escape(byte)
                start = index + 1
            }
            bytes += utf8[start...]
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "t"))
        case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "r"))
        case 0..<0x20:
            let hex = String(byte, radix: 16)
            bytes += (hex.count == 1 ? "u000" : "u00").utf8
            bytes += hex.utf8
        default: bytes.append(byte)
        }
    }
}
