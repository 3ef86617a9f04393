/// The text inside JSON strings.
package enum JSONText {
    /// - Returns: `text` as a JSON string, with its quotes.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    static func hexadecimalValue(_ digit: UInt8) -> UInt16? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(digit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(digit - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// - Parameter inside: what stands between the quotes of a string that the scanner has passed over, so well-formed.
    static func unescaped(_ inside: UnsafeRawBufferPointer) -> String {
        var units: [UInt16] = []
        var bytes: [UInt8] = []
        var result = ""
        func flushUnits() {
            // A surrogate without its other half becomes U+FFFD here.
            result += String(decoding: units, as: UTF16.self)
            units = []
        }
        func flushBytes() {
            result += String(decoding: bytes, as: UTF8.self)
            bytes = []
        }
        var index = 0
        while index < inside.count {
            guard inside[index] == UInt8(ascii: "\\") else {
                if !units.isEmpty { flushUnits() }
                bytes.append(inside[index])
                index += 1
                continue
            }
            if !bytes.isEmpty { flushBytes() }
            let escape = inside[index + 1]
            if escape == UInt8(ascii: "u") {
                units.append(inside[(index + 2)..<(index + 6)].reduce(0) { $0 << 4 | (hexadecimalValue($1) ?? 0) })
                index += 6
            } else {
                units.append(UInt16(plain(escape)))
                index += 2
            }
        }
        flushUnits()
        flushBytes()
        return result
    }

    private static func plain(_ escape: UInt8) -> UInt8 {
        switch escape {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: escape
        }
    }
}
