#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Looks words up in a body without parsing it.
package enum Search {
    /// Where the bytes behind the word start; nil if the bytes don't have it.
    package static func end(of word: StaticString, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let length = word.utf8CodeUnitCount
        var from = 0
        // The whole word can start no later than here.
        while from + length <= bytes.count,
            let found = memchr(base + from, Int32(word.utf8Start[0]), bytes.count - length + 1 - from)
        {
            if memcmp(found, word.utf8Start, length) == 0 { return UnsafeRawPointer(found) - base + length }
            from = UnsafeRawPointer(found) - base + 1
        }
        return nil
    }

    static func newline(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    package static func has(_ word: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
        end(of: word, in: bytes) != nil
    }

    /// The number right behind the word.
    package static func number(after word: StaticString, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = end(of: word, in: bytes) else { return nil }
        return Head.number(in: bytes[start...], radix: 10)
    }

    /// Whether a JSON text has the member with the value true, however it is spaced.
    package static func isTrue(_ quotedName: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = end(of: quotedName, in: bytes) else { return false }
        return bytes[start...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }.starts(with: "true".utf8)
    }
}
