import Core
import ModelAPI
import NIOCore
import NIOHTTP1

/// What the client is sent.
extension ClientConnection {
    private func encoder(_ status: HTTPResponseStatus, _ contentType: String) -> ResponseEncoder {
        var encoder = ResponseEncoder(status, contentType: contentType, firstFields: loop.firstFields)
        if let request { encoder.field("x-request-id") { request.writeEchoedID(to: &$0) } }
        return encoder
    }

    func respond(_ status: HTTPResponseStatus, _ body: String, contentType: String = "application/json") {
        var head = encoder(status, contentType)
        send(head.end(.length(body.utf8.count), closes: closes), ByteBuffer(string: body), status: Int(status.code))
    }

    func respond(_ refusal: Refusal) {
        var head = encoder(refusal.status, "application/json")
        for (name, value) in refusal.headers.sorted(by: { $0.key < $1.key }) { head.field(name, value) }
        let body = refusal.error.body(request?.dialect ?? .openAI, requestID: request?.echoedID ?? "")
        send(
            head.end(.length(body.utf8.count), closes: closes), ByteBuffer(string: body),
            status: Int(refusal.status.code))
    }

    /// An answer in one piece that isn't ours.
    /// - Parameter usage: what is left of the month; `nil` for an answer that is none.
    func respond(_ status: Int, contentType: String, _ body: ByteBuffer, usage: UsageHeaders?) {
        var head = encoder(HTTPResponseStatus(statusCode: status), contentType)
        usage?.write(to: &head)
        send(head.end(.length(body.readableBytes), closes: closes), body, status: status)
    }

    /// Words in the place of an error.
    /// - Parameter reason: the error's code, for those who look at more than the words.
    func tell(_ message: AssistantMessage, streams: Bool, asksForUsage: Bool, reason: String) {
        let dialect = request?.dialect ?? .openAI
        let body = ByteBuffer(
            string: streams ? message.stream(dialect, asksForUsage: asksForUsage) : message.whole(dialect))
        var head = encoder(.ok, streams ? "text/event-stream" : "application/json")
        head.field("x-openclaw-cloud-told" as StaticString, reason)
        send(head.end(.length(body.readableBytes), closes: closes), body, status: 200)
    }

    private func send(_ head: ByteBuffer, _ body: ByteBuffer, status: Int) {
        guard let context else { return }
        if request?.head.method == .head {
            context.writeAndFlush(wrapOutboundOut(head), promise: nil)
        } else if body.readableBytes <= Self.copiedSize {
            var whole = head
            whole.writeImmutableBuffer(body)
            context.writeAndFlush(wrapOutboundOut(whole), promise: nil)
        } else {
            context.write(wrapOutboundOut(head), promise: nil)
            context.writeAndFlush(wrapOutboundOut(body), promise: nil)
        }
        answered(status)
    }

    /// To copy a body of this size behind its head is cheaper than to write in two pieces.
    private static let copiedSize = 16 << 10

    func startStream(contentType: String, usage: UsageHeaders) {
        var head = encoder(.ok, contentType)
        usage.write(to: &head)
        if !chunked { closes = true }
        context?.write(wrapOutboundOut(head.end(chunked ? .chunks : .untilClose, closes: closes)), promise: nil)
    }

    /// Room in front of a chunk for its size.
    static let chunkPrefix = 10

    /// - Parameter chunk: the payload, behind ``chunkPrefix`` bytes of room.
    func write(_ chunk: inout ByteBuffer) {
        let length = chunk.readableBytes - Self.chunkPrefix
        guard length > 0, let context else { return }
        if chunked {
            // From the last digit to the first one.
            var start = chunk.readerIndex + Self.chunkPrefix - 2
            chunk.setInteger(0x0D0A as UInt16, at: start)
            var rest = length
            repeat {
                start -= 1
                let digit = UInt8(rest & 15)
                chunk.setInteger(digit < 10 ? 0x30 + digit : 0x57 + digit, at: start)
                rest >>= 4
            } while rest > 0
            chunk.moveReaderIndex(to: start)
            chunk.writeStaticString("\r\n")
        } else {
            chunk.moveReaderIndex(forwardBy: Self.chunkPrefix)
        }
        context.write(wrapOutboundOut(chunk), promise: nil)
    }

    func flush() { context?.flush() }

    func endStream() {
        if chunked { context?.write(wrapOutboundOut(ByteBuffer(staticString: "0\r\n\r\n")), promise: nil) }
        context?.flush()
        answered(200)
    }

    /// The answer is written: what is left of the request is read, and then the next one.
    private func answered(_ status: Int) {
        request?.end(status: status, loop)
        freeBody()
        if isGone { return }
        if decoder.isDone {
            awaitNextRequest()
        } else {
            phase = .discarding(left: Self.mostDiscarded)
            deadline = loop.deadline + TimeAmount(timeouts.requestBody)
            resumeReading()
        }
        process()
    }

    func discard(_ left: Int) -> Bool {
        switch decoder.next(&buffer) {
        case .bytes(let bytes):
            let left = left - bytes.readableBytes
            if left < 0 { close() } else { phase = .discarding(left: left) }
            return left >= 0
        case .needsMore:
            if buffer.readableBytes == 0 { buffer = ByteBuffer() }
            return false
        case .end:
            awaitNextRequest()
            return true
        case .malformed:
            close()
            return false
        }
    }

    func answerLater(_ body: @escaping @Sendable (ProxyServices) async -> OperationsAnswer) {
        if !decoder.isDone { closes = true }
        startWaiting()
        let connection = NIOLoopBound(self, eventLoop: loop.eventLoop)
        let services = loop.services
        Task {
            let answer = await body(services)
            connection.eventLoop.execute {
                guard case .waiting = connection.value.phase else { return }
                connection.value.respond(answer.status, answer.body, contentType: answer.contentType)
                connection.value.process()
            }
        }
    }

    func closeWhenWritten() {
        guard let context else { return }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in bound.value.close(promise: nil) }
    }
}
