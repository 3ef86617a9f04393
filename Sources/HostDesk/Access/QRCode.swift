/// A QR code of a short text (ISO/IEC 18004): bytes, error correction L, versions 1 to 13.
package struct QRCode: Sendable, Hashable {
    /// Modules of a side.
    package let size: Int
    private var dark: [Bool]
    /// What no data may be written over.
    private var isFixed: [Bool]

    /// By version, from 1: codewords in all, codewords for correction in each block, blocks.
    private static let capacities = [
        (26, 7, 1), (44, 10, 1), (70, 15, 1), (100, 20, 1), (134, 26, 1), (172, 18, 2), (196, 20, 2), (242, 24, 2),
        (292, 30, 2), (346, 18, 4), (404, 20, 4), (466, 24, 4), (532, 26, 4),
    ]

    /// - Returns: `nil` if the text is longer than 425 bytes.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let version = Self.capacities.indices.first { index in
            let (all, correction, blocks) = Self.capacities[index]
            return bytes.count + (index < 9 ? 2 : 3) <= all - correction * blocks
        }
        guard let version = version.map({ $0 + 1 }) else { return nil }
        size = 17 + 4 * version
        dark = Array(repeating: false, count: size * size)
        isFixed = dark
        drawPatterns(version)
        drawFormat()
        let codewords = Self.codewords(bytes, version)
        place(codewords)
    }

    package subscript(row: Int, column: Int) -> Bool { dark[row * size + column] }

    /// The dark modules as the path of an SVG, one unit each.
    package var path: String {
        var path = ""
        for row in 0..<size {
            for column in 0..<size where self[row, column] { path += "M\(column) \(row)h1v1h-1z" }
        }
        return path
    }

    // MARK: Patterns

    private mutating func fix(_ row: Int, _ column: Int, _ isDark: Bool) {
        guard (0..<size).contains(row), (0..<size).contains(column) else { return }
        dark[row * size + column] = isDark
        isFixed[row * size + column] = true
    }

    private mutating func drawPatterns(_ version: Int) {
        for index in 0..<size {
            fix(6, index, index.isMultiple(of: 2))
            fix(index, 6, index.isMultiple(of: 2))
        }
        for (row, column) in [(3, 3), (3, size - 4), (size - 4, 3)] {
            for y in -4...4 {
                for x in -4...4 {
                    let distance = max(abs(x), abs(y))
                    fix(row + y, column + x, distance != 2 && distance != 4)
                }
            }
        }
        let places = Self.alignments(version)
        for row in places {
            for column in places {
                let isFinder = (row == 6 && (column == 6 || column == size - 7)) || (row == size - 7 && column == 6)
                if isFinder { continue }
                for y in -2...2 {
                    for x in -2...2 { fix(row + y, column + x, max(abs(x), abs(y)) != 1) }
                }
            }
        }
        if version >= 7 { drawVersion(version) }
    }

    private static func alignments(_ version: Int) -> [Int] {
        if version == 1 { return [] }
        let last = 17 + 4 * version - 7
        return version < 7 ? [6, last] : [6, (6 + last) / 2, last]
    }

    private mutating func drawVersion(_ version: Int) {
        var rest = version
        for _ in 0..<12 { rest = rest << 1 ^ (rest >> 11) * 0x1F25 }
        let bits = version << 12 | rest
        for index in 0..<18 {
            let isDark = bits >> index & 1 == 1
            fix(size - 11 + index % 3, index / 3, isDark)
            fix(index / 3, size - 11 + index % 3, isDark)
        }
    }

    /// Error correction L and mask 0.
    private mutating func drawFormat() {
        let data = 0b01000
        var rest = data
        for _ in 0..<10 { rest = rest << 1 ^ (rest >> 9) * 0x537 }
        let bits = (data << 10 | rest) ^ 0x5412
        func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
        for index in 0...5 { fix(index, 8, bit(index)) }
        fix(7, 8, bit(6))
        fix(8, 8, bit(7))
        fix(8, 7, bit(8))
        for index in 9..<15 { fix(8, 14 - index, bit(index)) }
        for index in 0..<8 { fix(8, size - 1 - index, bit(index)) }
        for index in 8..<15 { fix(size - 15 + index, 8, bit(index)) }
        fix(size - 8, 8, true)
    }

    /// In pairs of columns from the right, up and down in turns; every other module is inverted by the mask.
    private mutating func place(_ codewords: [UInt8]) {
        var index = 0
        var right = size - 1
        while right > 0 {
            if right == 6 { right = 5 }
            let isUpward = (right + 1) & 2 == 0
            for step in 0..<size {
                for column in [right, right - 1] {
                    let row = isUpward ? size - 1 - step : step
                    guard !isFixed[row * size + column] else { continue }
                    let isDark = index < codewords.count * 8 && codewords[index >> 3] >> UInt8(7 - index & 7) & 1 == 1
                    index += 1
                    dark[row * size + column] = isDark != (row + column).isMultiple(of: 2)
                }
            }
            right -= 2
        }
    }

    // MARK: Codewords

    private static func codewords(_ bytes: [UInt8], _ version: Int) -> [UInt8] {
        let (all, correction, blocks) = capacities[version - 1]
        let room = all - correction * blocks
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) {
            for index in (0..<count).reversed() { bits.append(value >> index & 1 == 1) }
        }
        append(0b0100, 4)
        append(bytes.count, version < 10 ? 8 : 16)
        for byte in bytes { append(Int(byte), 8) }
        append(0, min(4, room * 8 - bits.count))
        while !bits.count.isMultiple(of: 8) { bits.append(false) }
        var data = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        for index in 0..<room - data.count { data.append(index.isMultiple(of: 2) ? 0xEC : 0x11) }
        // The last blocks are a codeword longer where they can't all be alike.
        let short = room / blocks
        let longer = room % blocks
        var parts: [[UInt8]] = []
        for block in 0..<blocks {
            let length = short + (block >= blocks - longer ? 1 : 0)
            parts.append(Array(data.prefix(length)))
            data.removeFirst(length)
        }
        let checks = parts.map { remainder($0, correction) }
        var result: [UInt8] = []
        for index in 0...short { for part in parts where index < part.count { result.append(part[index]) } }
        for index in 0..<correction { for check in checks { result.append(check[index]) } }
        return result
    }

    /// The Reed-Solomon codewords of a block.
    private static func remainder(_ data: [UInt8], _ degree: Int) -> [UInt8] {
        var divisor = [UInt8](repeating: 0, count: degree)
        divisor[degree - 1] = 1
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in 0..<degree {
                divisor[index] = product(divisor[index], root)
                if index + 1 < degree { divisor[index] ^= divisor[index + 1] }
            }
            root = product(root, 2)
        }
        var result = [UInt8](repeating: 0, count: degree)
        for byte in data {
            let factor = byte ^ result.removeFirst()
            result.append(0)
            for index in 0..<degree { result[index] ^= product(divisor[index], factor) }
        }
        return result
    }

    /// In GF(256) modulo x⁸ + x⁴ + x³ + x² + 1.
    private static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var result = 0
        for index in (0..<8).reversed() {
            result = result << 1 ^ (result >> 7) * 0x11D
            result ^= (Int(right) >> index & 1) * Int(left)
        }
        return UInt8(result)
    }
}
