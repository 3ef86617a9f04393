import Core
import ModelAPI
import NIOCore

/// The way back: what the upstream sends goes on to the client.
extension Call {
    func receive(_ head: ResponseHead) {
        loop.tick()
        guard case .sent(let connection) = state, let reservation, let wanted else { return }
        state = .answering(connection)
        lastProgress = loop.deadline
        KillPoint.afterFirstByte.pass()
        answer = Answer(
            head, dialect: dialect, removesUsageChunk: !wanted.asksForUsage, reservation: reservation,
            answerLimit: services.configuration.answerLimit, filler: filler)
    }

    func receive(_ bytes: ByteBuffer) {
        guard case .answering = state else { return }
        prepareOutput()
        if let step = answer?.receive(bytes, &output, last: &last) { perform(step) }
    }

    func upstreamEnded() {
        guard case .answering = state else { return }
        prepareOutput()
        if let step = answer?.end(&output, last: &last) { perform(step) }
    }

    /// What was written is released once it has left, so its memory serves again.
    func prepareOutput() {
        guard isOutputWritten else { return }
        isOutputWritten = false
        output.clear()
        output.writeRepeatingByte(0, count: ClientConnection.chunkPrefix)
    }

    func perform(_ step: Answer.Step) {
        switch step {
        case .goesOn: break
        case .ended(let bill):
            if firstByte == nil { firstByte = loop.deadline - startedAt }
            settle(bill)
            output.writeImmutableBuffer(last)
            writeOutput()
            beginAnswer()
            end { client in client.endStream() }
        case .whole(let body, let bill):
            firstByte = loop.deadline - startedAt
            let usage = settle(bill)
            let type = answer?.contentType ?? "application/json"
            let filled = filled(body)
            end { client in client.respond(200, contentType: type, filled, usage: usage) }
        case .refused(let verdict, let body): refused(verdict, body)
        case .broken(let fault): brokeOff(fault)
        }
    }

    // MARK: Thoughts without an answer

    private var isFilled: Bool { request.isReadByPeople && dialect == .openAI }

    /// Must not hold the call, which holds the answer.
    private var filler: (() -> String)? {
        guard isFilled, let model = wanted?.model else { return nil }
        let (request, language, seconds) = (request, caller.credential.language, loop.time.milliseconds / 1000)
        return {
            AssistantMessage(
                LocalizedText.thoughtTooLong[language], model: model, id: request.requestID, created: seconds
            ).part
        }
    }

    private func filled(_ body: ByteBuffer) -> ByteBuffer {
        if !isFilled { return body }
        let text = LocalizedText.thoughtTooLong[caller.credential.language]
        let edits = body.withUnsafeReadableBytes { ThoughtWatch.edits($0, saying: text) }
        if edits.isEmpty { return body }
        var result = ByteBuffer()
        for part in body.applying(edits) { result.writeImmutableBuffer(part) }
        return result
    }

    /// All that came in one read has been told: what may go on goes out in one piece.
    /// - Parameter isReadDry: whether the read left nothing in the upstream's connection.
    func flush(isReadDry: Bool) {
        guard case .answering = state, answer?.isStream == true else { return }
        loop.tick()
        lastProgress = loop.deadline
        writeOutput()
        client.flush()
        if isReadDry { backlog.upstreamIsReadDry() }
    }

    func writeOutput() {
        guard !isOutputWritten, output.readableBytes > ClientConnection.chunkPrefix else { return }
        beginAnswer()
        client.write(&output)
        isOutputWritten = true
    }

    func beginAnswer() {
        guard !hasBegunAnswer, let grant else { return }
        hasBegunAnswer = true
        body = ByteBuffer()
        client.freeBody()
        firstByte = loop.deadline - startedAt
        client.startStream(
            contentType: answer?.contentType ?? "text/event-stream",
            usage: UsageFields(
                remaining: grant.remaining, percentUsed: grant.percentUsed, resets: grant.period.upperBound))
    }
}
