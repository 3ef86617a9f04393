/// The bytes that base64 stands for (RFC 4648, section 4), decoded one by one, up to the first character that isn't of its
/// alphabet: decoders disagree on what such a character means.
struct Base64Bytes: Sequence, IteratorProtocol {
    private let text: UnsafeRawBufferPointer
    private var index = 0
    private var bits: UInt32 = 0
    private var bitCount: UInt32 = 0

    /// - Parameter text: must outlive the bytes.
    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    mutating func next() -> UInt8? {
        while bitCount < 8 {
            guard index < text.count, let value = Self.value(text[index]) else { return nil }
            index += 1
            bits = bits << 6 | value
            bitCount += 6
        }
        bitCount -= 8
        return UInt8(truncatingIfNeeded: bits >> bitCount)
    }

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
