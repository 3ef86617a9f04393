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

    /// - Parameter number: a number that the scanner has passed over, so well-formed.
    /// - Returns: it, if it is whole and not negative; `Int.max` where it is larger than that.
    static func count(_ number: UnsafeRawBufferPointer) -> Int? {
        let isNegative = number.first == UInt8(ascii: "-")
        // The digits without the zeros at their end, as a number, and the power of ten that it is to be multiplied by.
        var digits = 0
        var isTooLarge = false
        var power = 0
        var zeros = 0
        var isBehindPoint = false
        var index = isNegative ? 1 : 0
        func append(_ digit: Int) {
            let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(digit)
            (digits, isTooLarge) = (sum, isTooLarge || overflow || carry)
        }
        while index < number.count, number[index] | 0x20 != UInt8(ascii: "e") {
            let byte = number[index]
            index += 1
            if byte == UInt8(ascii: ".") {
                isBehindPoint = true
                continue
            }
            if isBehindPoint { power -= 1 }
            zeros += 1
            guard byte != UInt8(ascii: "0") else { continue }
            while zeros > 1, digits > 0, !isTooLarge {
                append(0)
                zeros -= 1
            }
            zeros = 0
            append(Int(byte - UInt8(ascii: "0")))
        }
        if digits == 0, !isTooLarge { return 0 }
        power += zeros + exponent(UnsafeRawBufferPointer(rebasing: number[min(index + 1, number.count)...]))
        if isNegative || power < 0 { return nil }
        while power > 0, !isTooLarge {
            append(0)
            power -= 1
        }
        return isTooLarge ? Int.max : digits
    }

    /// - Parameter text: what stands behind the `e`; nothing, if there is none.
    private static func exponent(_ text: UnsafeRawBufferPointer) -> Int {
        var value = 0
        for byte in text where byte != UInt8(ascii: "+") && byte != UInt8(ascii: "-") {
            // Beyond that, no text is long enough to make a difference.
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 1_000_000_000)
        }
        return text.first == UInt8(ascii: "-") ? -value : value
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
                units.append(hexadecimalUnit(inside, at: index + 2))
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

    /// Compares up to the first difference, and unescapes nothing that it doesn't compare.
    /// - Parameters:
    ///   - inside: what stands between the quotes of a string that the scanner has passed over, so well-formed.
    ///   - name: in ASCII, and in small letters if the case is ignored.
    static func isEqual(_ inside: UnsafeRawBufferPointer, to name: StaticString, ignoringCase: Bool = false) -> Bool {
        let count = name.utf8CodeUnitCount
        // The longest form of a character has six bytes, as in "\u0061".
        guard inside.count >= count, inside.count <= 6 * count else { return false }
        var index = 0
        for position in 0..<count {
            guard index < inside.count else { return false }
            let unit = nextUnit(inside, &index)
            guard (ignoringCase ? folded(unit) : unit) == UInt16(name.utf8Start[position]) else { return false }
        }
        return index == inside.count
    }

    /// - Returns: the next unit of UTF-16; for what takes two of them in UTF-8, one that stands for no character.
    private static func nextUnit(_ inside: UnsafeRawBufferPointer, _ index: inout Int) -> UInt16 {
        func bits(_ offset: Int) -> UInt16 { UInt16(inside[index + offset] & 0x3F) }
        let first = inside[index]
        switch first {
        case UInt8(ascii: "\\"):
            let escape = inside[index + 1]
            index += escape == UInt8(ascii: "u") ? 6 : 2
            return escape == UInt8(ascii: "u") ? hexadecimalUnit(inside, at: index - 4) : UInt16(plain(escape))
        case 0..<0x80:
            index += 1
            return UInt16(first)
        case 0..<0xE0:
            let unit = UInt16(first & 0x1F) << 6 | bits(1)
            index += 2
            return unit
        case 0..<0xF0:
            let unit = UInt16(first & 0x0F) << 12 | bits(1) << 6 | bits(2)
            index += 3
            return unit
        default:
            index += 4
            return 0xFFFF
        }
    }

    /// The small letter of ASCII whose other case `unit` is; the long s and the Kelvin sign are among them in Unicode.
    private static func folded(_ unit: UInt16) -> UInt16 {
        switch unit {
        case 0x41...0x5A: unit + 0x20
        case 0x017F: 0x73
        case 0x212A: 0x6B
        default: unit
        }
    }

    private static func hexadecimalUnit(_ inside: UnsafeRawBufferPointer, at start: Int) -> UInt16 {
        inside[start..<(start + 4)].reduce(0) { $0 << 4 | (hexadecimalValue($1) ?? 0) }
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
