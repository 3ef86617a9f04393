/// What a peer must know of a message's head; everything else in it is skipped.
package struct Head {
    package enum Framing: Equatable {
        case length(Int)
        case chunked
        /// Neither `Content-Length` nor `Transfer-Encoding`: no body in a request, and one up to the end of the connection
        /// in a response.
        case none
    }

    /// The three digits of a response; zero in a request.
    package let status: Int
    /// The first byte of the message, by which a request's methods can be told apart.
    package let firstByte: UInt8
    package let framing: Framing

    /// - Parameter bytes: a whole head, with the empty line that ends it.
    init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
        guard bytes.count > 16 else { throw .malformed("a head of \(bytes.count) bytes") }
        firstByte = bytes[0]
        var status = 0
        if bytes.starts(with: "HTTP/1.".utf8) {
            guard let digits = Self.number(in: bytes[9..<12], radix: 10) else {
                throw .malformed("a response without status")
            }
            status = digits
        }
        self.status = status

        var framing = Framing.none
        var lineStart = 0
        while let lineEnd = Search.newline(in: bytes, from: lineStart) {
            let line = bytes[lineStart..<lineEnd]
            // The first letter spares most lines the comparison.
            switch (line.first ?? 0) | 0x20 {
            case UInt8(ascii: "c") where Self.has(line, "content-length:"):
                guard let length = Self.number(in: line.dropFirst(15), radix: 10) else { throw .malformed("Content-Length") }
                if framing == .none { framing = .length(length) }
            case UInt8(ascii: "t") where Self.has(line, "transfer-encoding:"):
                framing = .chunked
            default: break
            }
            lineStart = lineEnd + 1
        }
        self.framing = framing
    }

    private static func has(_ line: Slice<UnsafeRawBufferPointer>, _ name: StaticString) -> Bool {
        guard line.count >= name.utf8CodeUnitCount else { return false }
        for offset in 0..<name.utf8CodeUnitCount where line[line.startIndex + offset] | 0x20 != name.utf8Start[offset] | 0x20
        {
            return false
        }
        return true
    }

    /// The number that the bytes start with, after spaces; what follows its digits is ignored.
    static func number(in bytes: Slice<UnsafeRawBufferPointer>, radix: Int) -> Int? {
        var value: Int?
        for byte in bytes {
            let digit: Int
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = Int(byte) - 48
            case UInt8(ascii: "a")...UInt8(ascii: "f") where radix == 16: digit = Int(byte) - 87
            case UInt8(ascii: "A")...UInt8(ascii: "F") where radix == 16: digit = Int(byte) - 55
            case UInt8(ascii: " ") where value == nil: continue
            default: return value
            }
            let (product, overflow) = (value ?? 0).multipliedReportingOverflow(by: radix)
            guard !overflow, product <= Int.max - digit else { return nil }
            value = product + digit
        }
        return value
    }
}

package enum WireError: Error, CustomStringConvertible {
    case malformed(String)

    package var description: String {
        switch self {
        case .malformed(let what): "malformed HTTP: \(what)"
        }
    }
}
