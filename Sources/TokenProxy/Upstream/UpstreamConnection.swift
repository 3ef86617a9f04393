import NIOCore
import NIOPosix
import NIOSSL

/// One connection to an upstream: sends a call, and brings its answer back. Lives on one event loop.
final class UpstreamConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case idle
        case head
        case body(BodyDecoder, keepsAlive: Bool)
        case closed
    }

    let pool: UpstreamPool
    private let endpoint: UpstreamTarget.Endpoint
    private(set) var idleSince = NIODeadline.now()
    private var context: ChannelHandlerContext?
    private var state = State.idle
    private var scanner = HeadScanner()
    private var buffer = ByteBuffer()
    private var isReused = false
    private var isReadPending = false
    /// Whether the last read left nothing in the socket: it didn't fill the buffer that it was given.
    fileprivate(set) var isReadDry = true
    /// What the channel knows, too, but doesn't say as cheaply.
    private var isActive = false
    /// Whether it ends in another way than it should.
    private var hasFailed = false
    /// Since when it brings the rest of an answer that nobody waits for any more.
    private(set) var drainsSince: NIODeadline?
    private var call: Call?

    init(pool: UpstreamPool, endpoint: UpstreamTarget.Endpoint) {
        self.pool = pool
        self.endpoint = endpoint
    }

    /// Connections to one endpoint are all alike.
    var poolKey: ObjectIdentifier { ObjectIdentifier(endpoint) }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    var isUsable: Bool {
        if case .idle = state { isActive } else { false }
    }

    // MARK: Calls

    /// - Parameters:
    ///   - head: request line and fields.
    ///   - body: in parts that are sent one after the other.
    func send(_ head: ByteBuffer, body: [ByteBuffer], for call: Call) {
        self.call = call
        state = .head
        scanner = HeadScanner()
        guard let context else {
            fail()
            return
        }
        context.write(wrapOutboundOut(head), promise: nil)
        for part in body.dropLast() { context.write(wrapOutboundOut(part), promise: nil) }
        if let last = body.last {
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenSuccess { [self] in
                if self.call === call { call.wasSent() }
            }
            context.write(wrapOutboundOut(last), promise: written)
        }
        context.flush()
    }

    /// The call is over; what is still read only frees the connection for the next one.
    func release(_ call: Call) {
        guard self.call === call else { return }
        self.call = nil
        resume()
    }

    /// The call isn't interested in the rest: closing tells the upstream so.
    func cancel() {
        call = nil
        close()
    }

    /// The call has room again.
    func resume() {
        guard isReadPending, let context else { return }
        isReadPending = false
        context.read()
    }

    func close() {
        state = .closed
        drainsSince = nil
        context?.close(promise: nil)
    }

    // MARK: The channel

    func read(context: ChannelHandlerContext) {
        if let call, !call.machine.takesMore { isReadPending = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if endpoint.tls == nil { isReadDry = bytes.writableBytes > 0 }
        switch state {
        case .idle: close()  // Nothing was asked for.
        case .closed: break
        case .head, .body:
            if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeImmutableBuffer(bytes) }
            process()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if let call {
            call.flush(isReadDry: isReadDry)
        } else if case .body = state, drainsSince == nil {
            drainsSince = .now()
            pool.drain(self)
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        isActive = true
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isActive = false
        pool.remove(self)
        switch state {
        case .idle, .closed: state = .closed
        case .head: fail()
        case .body(let decoder, _):
            if decoder.endsWithConnection, !hasFailed { end(keepsAlive: false) } else { fail() }
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset or truncated TLS, for example. Its effect is handled when the channel becomes inactive.
        hasFailed = true
        context.close(promise: nil)
    }

    private func process() {
        while true {
            switch state {
            case .idle, .closed: return
            case .head:
                do {
                    guard let head = try takeHead() else { return }
                    if head.isInterim { continue }
                    isReused = false
                    let decoder = BodyDecoder(head.body)
                    state = .body(decoder, keepsAlive: head.keepsAlive)
                    call?.receive(head)
                } catch {
                    fail()
                    return
                }
            case .body(var decoder, let keepsAlive):
                switch decoder.next(&buffer) {
                case .bytes(let bytes):
                    // The call may end this connection meanwhile.
                    state = .body(decoder, keepsAlive: keepsAlive)
                    call?.receive(bytes)
                case .needsMore:
                    state = .body(decoder, keepsAlive: keepsAlive)
                    if buffer.readableBytes == 0 { buffer = ByteBuffer() }
                    return
                case .end:
                    end(keepsAlive: keepsAlive && buffer.readableBytes == 0)
                    return
                case .malformed:
                    fail()
                    return
                }
            }
        }
    }

    private func takeHead() throws(HeadFault) -> ResponseHead? {
        // A typed throw doesn't pass through a closure that rethrows any error.
        let result = buffer.withUnsafeReadableBytes { bytes -> Result<(ResponseHead, Int)?, HeadFault> in
            Result { () throws(HeadFault) in
                guard let length = try scanner.end(in: bytes) else { return nil }
                return (try ResponseHead(bytes[part: 0..<length]), length)
            }
        }
        guard let (head, length) = try result.get() else { return nil }
        buffer.moveReaderIndex(forwardBy: length)
        scanner = HeadScanner()
        return head
    }

    private func end(keepsAlive: Bool) {
        let call = call
        self.call = nil
        buffer = ByteBuffer()
        if keepsAlive, isActive {
            state = .idle
            isReused = true
            drainsSince = nil
            idleSince = .now()
            pool.put(self)
            resume()
        } else {
            close()
        }
        call?.upstreamEnded()
    }

    private func fail() {
        let isStale = if case .head = state { isReused && buffer.readableBytes == 0 } else { false }
        let call = call
        self.call = nil
        close()
        call?.upstreamFailed(isStale: isStale)
    }
}

/// Stands in front of TLS, behind which nothing tells how much was read. Lives on its connection's event loop.
final class SocketWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: UpstreamConnection

    init(_ connection: UpstreamConnection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.isReadDry = unwrapInboundIn(data).writableBytes > 0
        context.fireChannelRead(data)
    }
}
