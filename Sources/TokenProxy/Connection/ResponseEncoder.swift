import Core
import NIOCore
import NIOHTTP1

/// Writes the heads of the proxy's own answers.
struct ResponseEncoder {
    private var buffer: ByteBuffer

    /// - Parameter firstFields: those that all answers have, up to the type's value.
    init(_ status: HTTPResponseStatus, contentType: String, firstFields: String) {
        buffer = ByteBuffer()
        // A head, and a small body behind it.
        buffer.reserveCapacity(2048)
        if status == .ok {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            buffer.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        }
        buffer.writeString(firstFields)
        buffer.writeString(contentType)
        buffer.writeStaticString("\r\n")
    }

    mutating func field(_ name: StaticString, _ write: (inout ByteBuffer) -> Void) {
        buffer.writeStaticString(name)
        buffer.writeStaticString(": ")
        write(&buffer)
        buffer.writeStaticString("\r\n")
    }

    mutating func field(_ name: StaticString, _ value: String) {
        buffer.writeStaticString(name)
        buffer.writeStaticString(": ")
        buffer.writeString(value)
        buffer.writeStaticString("\r\n")
    }

    mutating func field(_ name: String, _ value: String) {
        buffer.writeString("\(name): \(value)\r\n")
    }

    enum Framing {
        case length(Int)
        case chunks
        /// For clients of HTTP/1.0, which know no chunks: the closed connection ends the body.
        case untilClose
    }

    mutating func end(_ framing: Framing, closes: Bool) -> ByteBuffer {
        if closes { buffer.writeStaticString("connection: close\r\n") }
        switch framing {
        case .length(let length):
            buffer.writeStaticString("content-length: ")
            buffer.writeString(String(length))
            buffer.writeStaticString("\r\n\r\n")
        case .chunks: buffer.writeStaticString("transfer-encoding: chunked\r\n\r\n")
        case .untilClose: buffer.writeStaticString("\r\n")
        }
        return buffer
    }
}
