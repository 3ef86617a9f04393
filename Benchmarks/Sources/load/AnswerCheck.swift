import Wire

/// Follows one answer and tells whether it is the one that was asked for.
struct AnswerCheck {
    enum Progress {
        case underWay
        case firstByte
        case complete
    }

    let isStream: Bool
    private var status = 0
    private var size = 0
    /// The last sixteen bytes of the body.
    private var tail: UInt128 = 0
    /// The start of the body of a refusal.
    private var refusal = ""

    init(isStream: Bool) {
        self.isStream = isStream
    }

    /// The head has been read, and it was no 200.
    var isRefusal: Bool { status != 200 }

    mutating func take(_ event: MessageReader.Event) throws(BadAnswer) -> Progress {
        switch event {
        case .head(let head):
            status = head.status
            return .underWay
        case .body(let piece):
            let isFirst = size == 0
            size += piece.count
            for byte in piece.suffix(16) { tail = tail << 8 | UInt128(byte) }
            if status != 200, refusal.isEmpty { refusal = String(decoding: piece.prefix(300), as: UTF8.self) }
            return isFirst ? .firstByte : .underWay
        case .end:
            guard status == 200 else { throw BadAnswer("status \(status): \(refusal)") }
            guard size > 0 else { throw BadAnswer("an empty body") }
            guard !isStream || endsWithDone else { throw BadAnswer("a stream without [DONE]") }
            self = AnswerCheck(isStream: isStream)
            return .complete
        }
    }

    /// The line breaks behind it may be of either kind.
    private var endsWithDone: Bool {
        let done = "[DONE]".utf8.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        return (0...10).contains { tail >> (8 * UInt128($0)) & 0xffff_ffff_ffff == done }
    }
}

struct BadAnswer: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
