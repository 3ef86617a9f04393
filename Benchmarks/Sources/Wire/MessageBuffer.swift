package import NIOCore

/// A ``MessageReader`` with the bytes that wait for more: heads and chunk sizes can come in two reads.
package struct MessageBuffer {
    private var reader = MessageReader()
    private var rest: ByteBuffer?

    package init() {}

    package mutating func read(_ incoming: ByteBuffer, _ handle: (MessageReader.Event) throws -> Void) throws {
        var buffer = incoming
        if var waiting = rest {
            waiting.writeBuffer(&buffer)
            buffer = waiting
            rest = nil
        }
        let used = try buffer.withUnsafeReadableBytes { all in
            var bytes = all
            while let event = try reader.next(&bytes) { try handle(event) }
            return all.count - bytes.count
        }
        buffer.moveReaderIndex(forwardBy: used)
        if buffer.readableBytes > 0 { rest = buffer }
    }
}
