import NIOCore
import NIOHTTP1

/// A request whose head has arrived; its body waits in the connection until it is asked for, so that nobody fills the
/// memory before it is known who calls.
struct IncomingRequest: Sendable {
    let head: HTTPRequestHead
    let writer: ResponseWriter
    fileprivate let handler: NIOLoopBound<ConnectionHandler>

    init(head: HTTPRequestHead, writer: ResponseWriter, handler: NIOLoopBound<ConnectionHandler>) {
        self.head = head
        self.writer = writer
        self.handler = handler
    }

    /// The whole body.
    /// - Throws: ``Refusal`` with 413 or 400; a `ChannelError` if the client has gone.
    func body(upTo limit: Int) async throws -> ByteBuffer {
        let handler = handler
        do {
            return try await handler.eventLoop.flatSubmit { handler.value.collectBody(upTo: limit) }.get()
        } catch is BodyTooLarge {
            throw Refusal.tooLarge(limit: limit)
        }
    }
}

/// Writes one response. Each call returns when the bytes have left for the network, so a slow client slows its upstream.
struct ResponseWriter: Sendable {
    let channel: any Channel

    /// - Throws: `ChannelError` or `IOError` if the client has gone.
    func start(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) async throws {
        try await write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
    }

    /// - Throws: as ``start(_:_:)``.
    func write(_ bytes: [UInt8]) async throws {
        if bytes.isEmpty { return }
        try await write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
    }

    /// Ends the response.
    /// - Throws: as ``start(_:_:)``.
    func end() async throws {
        try await write(.end(nil))
    }

    /// A whole response.
    /// - Throws: as ``start(_:_:)``.
    func send(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer) async throws {
        var headers = headers
        headers.replaceOrAdd(name: "content-length", value: String(body.readableBytes))
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(body)), promise: nil)
        try await end()
    }

    func close() {
        channel.close(promise: nil)
    }

    private func write(_ part: HTTPServerResponsePart) async throws {
        try await channel.writeAndFlush(part).get()
    }
}
