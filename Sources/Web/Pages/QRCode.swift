/// A QR code of a short text (ISO/IEC 18004): bytes, error correction M, versions 1 to 13.
struct QRCode: Sendable, Hashable {
    /// Modules of a side.
    let size: Int
    private var dark: [Bool]
    /// What no data may be written over.
    private var isFixed: [Bool]

    /// By version, from 1: codewords in all, codewords for correction in each block, blocks.
    private static let capacities = [
        (26, 10, 1), (44, 16, 1), (70, 26, 1), (100, 18, 2), (134, 24, 2), (172, 16, 4), (196, 18, 4), (242, 22, 4),
        (292, 22, 5), (346, 26, 5), (404, 30, 5), (466, 22, 8), (532, 22, 9),
    ]

    /// - Returns: `nil` if the text is longer than 331 bytes.
    init?(_ text: String) {
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
        drawFormat(mask: 0)
        place(Self.codewords(bytes, version))
        // The mask that leaves the least to be mistaken for a pattern; the first of those that are alike.
        let masked = (0..<8).map { self.masked($0) }
        let penalties = masked.map(\.penalty)
        dark = masked[penalties.indices.min { penalties[$0] < penalties[$1] } ?? 0].dark
    }

    subscript(row: Int, column: Int) -> Bool { dark[row * size + column] }

    /// The dark modules as the path of an SVG, one unit each.
    var path: String {
        var path = ""
        for row in 0..<size {
            var column = 0
            while column < size {
                let length = (column..<size).prefix { self[row, $0] }.count
                if length > 0 { path += "M\(column) \(row)h\(length)v1h-\(length)z" }
                column += max(length, 1)
            }
        }
        return path
    }

    // MARK: Masks

    private func masked(_ mask: Int) -> QRCode {
        var code = self
        for row in 0..<size {
            for column in 0..<size where !isFixed[row * size + column] && Self.inverts(mask, row, column) {
                code.dark[row * size + column].toggle()
            }
        }
        code.drawFormat(mask: mask)
        return code
    }

    private static func inverts(_ mask: Int, _ row: Int, _ column: Int) -> Bool {
        switch mask {
        case 0: (row + column).isMultiple(of: 2)
        case 1: row.isMultiple(of: 2)
        case 2: column.isMultiple(of: 3)
        case 3: (row + column).isMultiple(of: 3)
        case 4: (row / 2 + column / 3).isMultiple(of: 2)
        case 5: row * column % 2 + row * column % 3 == 0
        case 6: (row * column % 2 + row * column % 3).isMultiple(of: 2)
        default: ((row + column) % 2 + row * column % 3).isMultiple(of: 2)
        }
    }

    /// What a reader could stumble over: long runs, blocks, what looks like a finder, and too much or too little that is dark.
    private var penalty: Int {
        var points = 0
        for index in 0..<size {
            points += Self.penalty((0..<size).map { self[index, $0] }) + Self.penalty((0..<size).map { self[$0, index] })
        }
        for row in 1..<size {
            for column in 1..<size {
                let corner = self[row, column]
                if corner == self[row - 1, column], corner == self[row, column - 1], corner == self[row - 1, column - 1] {
                    points += 3
                }
            }
        }
        let modules = size * size
        return points + 10 * (abs(dark.count { $0 } * 20 - modules * 10) / modules)
    }

    private static func penalty(_ line: [Bool]) -> Int {
        var points = 0
        var run = 0
        // The last eleven modules; around the code all is light.
        var window = 0
        for index in 0..<line.count + 4 {
            let isDark = index < line.count && line[index]
            window = (window << 1 | (isDark ? 1 : 0)) & 0b111_1111_1111
            if window == 0b000_0101_1101 || window == 0b101_1101_0000 { points += 40 }
            guard index < line.count else { continue }
            run = index > 0 && line[index - 1] == isDark ? run + 1 : 1
            if run == 5 { points += 3 } else if run > 5 { points += 1 }
        }
        return points
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

    /// - Parameter mask: its number; error correction M is written as 0.
    private mutating func drawFormat(mask: Int) {
        let data = 0b00 << 3 | mask
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

    /// In pairs of columns from the right, up and down in turns.
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
                    dark[row * size + column] = isDark
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

/// A QR code as pages draw it, with the four light modules that it needs on each side.
struct QRPicture: Sendable {
    /// Modules of a side, the light ones around it included.
    let frame: Int
    let path: String

    /// - Returns: `nil` for a text that is too long for one.
    init?(_ text: String) {
        guard let code = QRCode(text) else { return nil }
        frame = code.size + 8
        path = code.path
    }
}
