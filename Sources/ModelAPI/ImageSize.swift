/// A picture's width and height in pixels, as the first bytes of its file tell them.
package struct ImageSize: Sendable, Hashable {
    package let width: Int
    package let height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// - Parameter bytes: a PNG, JPEG, GIF or WebP file; no more of it is read than up to where the size stands.
    /// - Returns: `nil` for anything else, for a file that ends too early, and where a side is zero.
    package init?(_ bytes: some Sequence<UInt8>) {
        var bytes = bytes.makeIterator()
        guard let size = Self.read(&bytes), size.width > 0, size.height > 0 else { return nil }
        self = size
    }

    private static func read(_ bytes: inout some IteratorProtocol<UInt8>) -> ImageSize? {
        guard let start = bytes.big(4) else { return nil }
        switch start {
        case 0x8950_4E47: return png(&bytes)
        case 0x4749_4638: return gif(&bytes)
        case 0x5249_4646: return webP(&bytes)
        case 0xFFD8_FF00...0xFFD8_FFFF: return jpeg(&bytes, marker: start & 0xFF)
        default: return nil
        }
    }

    /// The header chunk comes first (https://www.w3.org/TR/png-3/#11IHDR).
    private static func png(_ bytes: inout some IteratorProtocol<UInt8>) -> ImageSize? {
        guard bytes.big(4) == 0x0D0A_1A0A, bytes.skip(4), bytes.big(4) == 0x4948_4452, let width = bytes.big(4),
            let height = bytes.big(4)
        else { return nil }
        return ImageSize(width: width, height: height)
    }

    /// Segments with their lengths, up to the one that begins a frame (https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1 and B.2).
    private static func jpeg(_ bytes: inout some IteratorProtocol<UInt8>, marker: Int) -> ImageSize? {
        var marker = marker
        while true {
            // Any number of these may stand in front of a marker.
            while marker == 0xFF {
                guard let next = bytes.big(1) else { return nil }
                marker = next
            }
            switch marker {
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard bytes.skip(3), let height = bytes.big(2), let width = bytes.big(2) else { return nil }
                return ImageSize(width: width, height: height)
            case 0x01, 0xD0...0xD7:
                // These have no length.
                break
            case 0x00, 0xD8...0xDA:
                // No marker, another start, the end, or the picture itself.
                return nil
            default:
                guard let length = bytes.big(2), length >= 2, bytes.skip(length - 2) else { return nil }
            }
            guard bytes.big(1) == 0xFF, let next = bytes.big(1) else { return nil }
            marker = next
        }
    }

    /// The screen, made larger by decoders where the first picture goes beyond it (https://www.w3.org/Graphics/GIF/spec-gif89a.txt).
    private static func gif(_ bytes: inout some IteratorProtocol<UInt8>) -> ImageSize? {
        guard let version = bytes.big(2), version == 0x3761 || version == 0x3961, let width = bytes.little(2),
            let height = bytes.little(2), let flags = bytes.little(1), bytes.skip(2)
        else { return nil }
        if flags & 0x80 != 0 {
            // The colours.
            guard bytes.skip(3 << ((flags & 7) + 1)) else { return nil }
        }
        while let block = bytes.little(1) {
            switch block {
            case 0x21:
                guard bytes.skip(1), skipGIFBlocks(&bytes) else { return nil }
            case 0x2C:
                guard let left = bytes.little(2), let top = bytes.little(2), let innerWidth = bytes.little(2),
                    let innerHeight = bytes.little(2)
                else { return nil }
                return ImageSize(width: max(width, left + innerWidth), height: max(height, top + innerHeight))
            default: return nil
            }
        }
        return nil
    }

    private static func skipGIFBlocks(_ bytes: inout some IteratorProtocol<UInt8>) -> Bool {
        while let length = bytes.little(1) {
            if length == 0 { return true }
            guard bytes.skip(length) else { return false }
        }
        return false
    }

    /// One of three kinds of first chunk (https://www.rfc-editor.org/rfc/rfc9649, section 2; for lossy pictures
    /// https://www.rfc-editor.org/rfc/rfc6386, section 9.1).
    private static func webP(_ bytes: inout some IteratorProtocol<UInt8>) -> ImageSize? {
        guard bytes.skip(4), bytes.big(4) == 0x5745_4250, let chunk = bytes.big(4), bytes.skip(4) else { return nil }
        switch chunk {
        case 0x5650_3820:
            guard bytes.skip(3), bytes.big(3) == 0x9D_012A, let width = bytes.little(2), let height = bytes.little(2)
            else { return nil }
            return ImageSize(width: width & 0x3FFF, height: height & 0x3FFF)
        case 0x5650_384C:
            guard bytes.little(1) == 0x2F, let bits = bytes.little(4) else { return nil }
            return ImageSize(width: (bits & 0x3FFF) + 1, height: ((bits >> 14) & 0x3FFF) + 1)
        case 0x5650_3858:
            guard bytes.skip(4), let width = bytes.little(3), let height = bytes.little(3) else { return nil }
            return ImageSize(width: width + 1, height: height + 1)
        default: return nil
        }
    }
}

extension IteratorProtocol where Element == UInt8 {
    /// - Parameter count: at most 4.
    fileprivate mutating func big(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let byte = next() else { return nil }
            value = value << 8 | Int(byte)
        }
        return value
    }

    /// - Parameter count: at most 4.
    fileprivate mutating func little(_ count: Int) -> Int? {
        var value = 0
        for index in 0..<count {
            guard let byte = next() else { return nil }
            value |= Int(byte) << (8 * index)
        }
        return value
    }

    /// - Returns: whether there were so many bytes.
    fileprivate mutating func skip(_ count: Int) -> Bool {
        for _ in 0..<count where next() == nil { return false }
        return true
    }
}
