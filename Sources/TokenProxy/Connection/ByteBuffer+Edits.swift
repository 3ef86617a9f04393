import ModelAPI
import NIOCore

extension ByteBuffer {
    /// A body up to this size is copied into one piece: one write is cheaper than several.
    private static let copiedSize = 16 << 10

    /// - Parameter edits: in order of place.
    /// - Returns: the bytes with the edits made, in parts; those of a large body are slices of it, so that it isn't held twice.
    func applying(_ edits: [BodyEdit]) -> [ByteBuffer] {
        readableBytes <= Self.copiedSize ? [copied(edits)] : sliced(edits)
    }

    private func copied(_ edits: [BodyEdit]) -> ByteBuffer {
        var result = ByteBuffer()
        result.reserveCapacity(readableBytes + edits.reduce(0) { $0 + $1.replacement.utf8.count })
        withUnsafeReadableBytes { bytes in
            var position = 0
            for edit in edits {
                result.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[position..<edit.range.lowerBound]))
                result.writeString(edit.replacement)
                position = edit.range.upperBound
            }
            result.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[position...]))
        }
        return result
    }

    private func sliced(_ edits: [BodyEdit]) -> [ByteBuffer] {
        var parts: [ByteBuffer] = []
        var position = 0
        func slice(to end: Int) {
            if let part = getSlice(at: readerIndex + position, length: end - position), part.readableBytes > 0 {
                parts.append(part)
            }
        }
        for edit in edits {
            slice(to: edit.range.lowerBound)
            parts.append(ByteBuffer(string: edit.replacement))
            position = edit.range.upperBound
        }
        slice(to: readableBytes)
        return parts
    }
}
