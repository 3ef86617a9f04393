import NIOCore

/// What the first bytes of an answer say that it is. Pure.
enum AnswerBeginning: Hashable {
    case json
    /// Server-sent events.
    case stream
    /// Something for people.
    case page
    case other

    /// What editors and some servers put in front of a text; no JSON, and no part of the first event.
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Names of fields (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream); a comment has
    /// none.
    private static let fields: [StaticString] = [":", "data:", "event:", "id:", "retry:"]

    /// - Returns: `nil` if more bytes are needed; and where the answer begins, behind a mark.
    static func find(in bytes: UnsafeRawBufferPointer) -> (AnswerBeginning?, start: Int) {
        let hasMark = bytes.starts(with: byteOrderMark)
        if !hasMark, bytes.count < byteOrderMark.count, byteOrderMark.starts(with: bytes) { return (nil, 0) }
        let start = hasMark ? byteOrderMark.count : 0
        guard let first = bytes[start...].firstIndex(where: { !HTTPByte.isBlank($0) && $0 != 0x0A && $0 != 0x0D }) else {
            return (nil, start)
        }
        switch bytes[first] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return (.json, start)
        case UInt8(ascii: "<"): return (.page, start)
        default: break
        }
        for field in fields {
            let common = min(field.utf8CodeUnitCount, bytes.count - first)
            guard (0..<common).allSatisfy({ bytes[first + $0] == field.utf8Start[$0] }) else { continue }
            return (common < field.utf8CodeUnitCount ? nil : .stream, start)
        }
        return (.other, start)
    }
}

extension ByteBuffer {
    mutating func skipByteOrderMark() {
        if readableBytesView.starts(with: AnswerBeginning.byteOrderMark) {
            moveReaderIndex(forwardBy: AnswerBeginning.byteOrderMark.count)
        }
    }
}
