/// Where a text stopped being JSON, or stopped being what was expected there.
package struct JSONFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// Bytes from the start.
    package let offset: Int
    package let reason: String

    package var description: String { "\(reason) at byte \(offset)" }
}

/// Scans JSON (RFC 8259) once, strictly, and builds no values: the text stays where it is, byte for byte.
///
/// It refuses what parsers disagree on: bytes that aren't UTF-8, control characters in strings, trailing commas, nesting
/// beyond 128 levels, anything after the value.
package struct JSONScanner {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0
    private static let deepest = 128
    private var depth = 0

    /// - Parameter bytes: must outlive the scanner.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    package enum Kind {
        case object, array, string, number, `true`, `false`, null
    }

    package func fault(_ reason: String) -> JSONFault {
        JSONFault(offset: position, reason: reason)
    }

    // MARK: Structure

    /// Passes over white space and looks at what comes.
    @inline(__always)
    package mutating func kind() throws(JSONFault) -> Kind {
        skipWhitespace()
        switch try current() {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"): return .true
        case UInt8(ascii: "f"): return .false
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw fault("no JSON value")
        }
    }

    /// Passes over an object, calling `member` in front of each value; `member` passes over the value.
    /// - Returns: the position of the closing brace, and how many members there are.
    @discardableResult
    @inline(__always)
    package mutating func object(
        _ member: (inout JSONScanner, _ key: JSONString) throws(JSONFault) -> Void
    ) throws(JSONFault) -> (end: Int, count: Int) {
        try open(UInt8(ascii: "{"))
        var count = 0
        skipWhitespace()
        while try current() != UInt8(ascii: "}") {
            if count > 0 { try expect(UInt8(ascii: ","), "a comma is missing") }
            skipWhitespace()
            let key = try stringInPlace()
            skipWhitespace()
            try expect(UInt8(ascii: ":"), "a colon is missing")
            skipWhitespace()
            try member(&self, key)
            skipWhitespace()
            count += 1
        }
        let end = position
        close()
        return (end, count)
    }

    /// Passes over an array, calling `element` in front of each value; `element` passes over the value.
    @inline(__always)
    package mutating func array(_ element: (inout JSONScanner) throws(JSONFault) -> Void) throws(JSONFault) {
        try open(UInt8(ascii: "["))
        var isFirst = true
        skipWhitespace()
        while try current() != UInt8(ascii: "]") {
            if !isFirst { try expect(UInt8(ascii: ","), "a comma is missing") }
            skipWhitespace()
            try element(&self)
            skipWhitespace()
            isFirst = false
        }
        close()
    }

    /// Passes over a list of objects, calling `element` in front of each; `element` passes over the object. What is no list,
    /// and what is no object in it, is passed over as it is.
    /// - Returns: how many values the list has.
    @inline(__always) @discardableResult
    mutating func objects(_ element: (inout JSONScanner) throws(JSONFault) -> Void) throws(JSONFault) -> Int {
        guard try kind() == .array else {
            try skipValue()
            return 0
        }
        var count = 0
        try array { (scanner) throws(JSONFault) in
            count += 1
            if try scanner.kind() == .object { try element(&scanner) } else { try scanner.skipValue() }
        }
        return count
    }

    /// Passes over one value of any kind.
    /// - Returns: where it stands, and the bytes inside of all strings that are values in it.
    @discardableResult
    package mutating func skipValue() throws(JSONFault) -> (range: Range<Int>, textBytes: Int) {
        let kind = try kind()
        let start = position
        var text = 0
        switch kind {
        case .object:
            try object { (scanner, _) throws(JSONFault) in text += try scanner.skipValue().textBytes }
        case .array:
            try array { (scanner) throws(JSONFault) in text += try scanner.skipValue().textBytes }
        case .string: text = try skipString().range.count
        case .number: try skipNumber()
        case .true: try skip(word: "true")
        case .false: try skip(word: "false")
        case .null: try skip(word: "null")
        }
        return (start..<position, text)
    }

    /// - Throws: ``JSONFault`` unless only white space follows.
    package mutating func finish() throws(JSONFault) {
        skipWhitespace()
        guard position == bytes.count else { throw fault("something follows the JSON value") }
    }

    /// - Parameter key: of a member of this text.
    /// - Returns: where its first quote stands.
    func start(of key: JSONString) -> Int {
        guard let base = bytes.baseAddress, let name = key.inside.baseAddress else { return position }
        return name - base - 1
    }

    // MARK: Values

    /// Passes over a string.
    /// - Returns: it, as it stands there.
    @inline(__always)
    mutating func stringInPlace() throws(JSONFault) -> JSONString {
        skipWhitespace()
        guard try current() == UInt8(ascii: "\"") else { throw fault("a string is missing") }
        let (range, hasEscapes) = try skipString()
        return JSONString(inside: UnsafeRawBufferPointer(rebasing: bytes[range]), hasEscapes: hasEscapes)
    }

    /// Passes over a string.
    /// - Returns: its text, without escapes.
    package mutating func string() throws(JSONFault) -> String {
        try stringInPlace().text
    }

    /// Passes over a value.
    /// - Returns: the number, if it is one that is whole and not negative, however it is written: `40`, `40.0`, `4e1`. `Int.max`
    ///   where it is larger than that.
    mutating func count() throws(JSONFault) -> Int? {
        let kind = try kind()
        let range = try skipValue().range
        return kind == .number ? JSONText.count(UnsafeRawBufferPointer(rebasing: bytes[range])) : nil
    }

    /// Passes over the value of a member `error`.
    /// - Returns: whether it tells of one: servers exist whose good answers have an empty one.
    mutating func skipError() throws(JSONFault) -> Bool {
        let kind = try kind()
        let range = try skipValue().range
        return kind == .object || kind == .string && range.count > 2
    }

    /// - Throws: ``JSONFault`` if `key` is one of `names` but for its case: parsers disagree on whether it is the same member.
    func refuse(_ key: JSONString, ifLike names: [StaticString]) throws(JSONFault) {
        if key.isLookalike(of: names) { throw fault("a member's name is written in another case") }
    }

    // MARK: Bytes

    @inline(__always)
    private func current() throws(JSONFault) -> UInt8 {
        guard position < bytes.count else { throw fault("the JSON text ends too early") }
        return bytes[position]
    }

    @inline(__always)
    private mutating func expect(_ byte: UInt8, _ reason: String) throws(JSONFault) {
        guard try current() == byte else { throw fault(reason) }
        position += 1
    }

    @inline(__always)
    private mutating func open(_ bracket: UInt8) throws(JSONFault) {
        skipWhitespace()
        try expect(bracket, bracket == UInt8(ascii: "{") ? "an object is missing" : "an array is missing")
        depth += 1
        if depth > Self.deepest { throw fault("the JSON text nests too deeply") }
    }

    @inline(__always)
    private mutating func close() {
        position += 1
        depth -= 1
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func skip(word: StaticString) throws(JSONFault) {
        for index in 0..<word.utf8CodeUnitCount {
            guard try current() == word.utf8Start[index] else { throw fault("no JSON value") }
            position += 1
        }
    }

    private mutating func skipDigits() throws(JSONFault) {
        let start = position
        while position < bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[position] { position += 1 }
        if position == start { throw fault("a digit is missing") }
    }

    private mutating func skipNumber() throws(JSONFault) {
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if try current() == UInt8(ascii: "0") { position += 1 } else { try skipDigits() }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigits()
        }
    }

    private mutating func skipString() throws(JSONFault) -> (range: Range<Int>, hasEscapes: Bool) {
        position += 1
        let start = position
        var hasEscapes = false
        while true {
            while position + 8 <= bytes.count {
                let plain = Self.plainBytes(bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                position += plain
                if plain < 8 { break }
            }
            switch try current() {
            case UInt8(ascii: "\""):
                position += 1
                return (start..<position - 1, hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try skipEscape()
            case 0..<0x20: throw fault("a control character stands in a string")
            case 0x20..<0x80: position += 1
            default:
                let length = UTF8Sequence.length(at: position, in: bytes)
                guard length > 0 else { throw fault("the JSON text is not UTF-8") }
                position += length
            }
        }
    }

    private mutating func skipEscape() throws(JSONFault) {
        position += 1
        switch try current() {
        case UInt8(ascii: "u"):
            position += 1
            for _ in 0..<4 {
                guard try JSONText.hexadecimalValue(current()) != nil else { throw fault("a wrong escape in a string") }
                position += 1
            }
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        default: throw fault("a wrong escape in a string")
        }
    }

    /// How many of eight bytes, from the first one on, are ASCII without control characters, quotes and backslashes: most of a
    /// text is passed over in these steps.
    @inline(__always)
    private static func plainBytes(_ word: UInt64) -> Int {
        let word = UInt64(littleEndian: word)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let slashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        // A byte that isn't plain gets its high bit set. It may borrow from those behind it, never from those before.
        let odd = ((word &- ones &* 0x20) | (quotes &- ones) | (slashes &- ones) | word) & high
        return odd.trailingZeroBitCount / 8
    }
}
