import Core
import ModelAPI
import NIOCore

/// The way back: what the upstream sends goes on to the client.
extension Call {
    func receive(_ head: ResponseHead) {
        loop.tick()
        guard machine.phase == .sent, let reservation = machine.reservation, let wanted else { return }
        KillPoint.afterFirstByte.pass()
        machine.answers(
            UpstreamAnswer(
                head, dialect: dialect, removesUsageChunk: !wanted.asksForUsage, reservation: reservation,
                answerLimit: services.configuration.answerLimit, filler: filler),
            now: loop.deadline)
    }

    func receive(_ bytes: ByteBuffer) {
        prepareOutput()
        if let step = machine.receive(bytes, &output, last: &last, now: tickedNow, hasOther: hasOther) { perform(step) }
    }

    private var tickedNow: NIODeadline {
        loop.tick()
        return loop.deadline
    }

    func upstreamEnded() {
        prepareOutput()
        // It serves others already.
        connection = nil
        perform(machine.upstreamEnded(&output, last: &last, now: tickedNow, hasOther: hasOther))
    }

    func upstreamFailed(isStale: Bool) {
        loop.tick()
        prepareOutput()
        connection = nil
        perform(
            machine.upstreamFailed(isStale: isStale, &output, last: &last, now: loop.deadline, hasOther: hasOther))
    }

    /// All that came in one read has been told: what may go on goes out in one piece.
    /// - Parameter isReadDry: whether the read left nothing in the upstream's connection.
    func flush(isReadDry: Bool) {
        guard machine.isStreaming else { return }
        loop.tick()
        machine.wasRead(now: loop.deadline)
        writeOutput()
        client.flush()
        if isReadDry { machine.upstreamIsReadDry() }
    }

    // MARK: Output

    /// What was written is released once it has left, so its memory serves again.
    func prepareOutput() {
        guard isOutputWritten else { return }
        isOutputWritten = false
        output.clear()
        output.writeRepeatingByte(0, count: ClientConnection.chunkPrefix)
    }

    private func writeOutput() {
        guard !isOutputWritten, output.readableBytes > ClientConnection.chunkPrefix else { return }
        beginAnswer()
        client.write(&output)
        isOutputWritten = true
    }

    private func beginAnswer() {
        guard let grant, machine.beginsAnswer() else { return }
        body = ByteBuffer()
        client.freeBody()
        if firstByte == nil { firstByte = loop.deadline - machine.startedAt }
        client.startStream(
            contentType: machine.answer?.contentType ?? "text/event-stream",
            usage: UsageHeaders(
                remaining: grant.remaining, percentUsed: grant.percentUsed, resets: grant.period.upperBound))
    }

    // MARK: The end

    /// - Parameter usage: what is left of the month, if the call was settled.
    func reply(_ reply: CallMachine.Reply, _ usage: UsageHeaders?) {
        switch reply {
        case .stream:
            output.writeImmutableBuffer(last)
            endStream()
        case .brokenStream:
            // Tells the client in the stream's own form.
            output.writeString(
                ServerSentEvent.encoded(
                    name: dialect == .anthropic ? "error" : nil,
                    data: Refusal.upstreamUnavailable.error.body(dialect, requestID: request.echoedID)))
            endStream()
        case .whole(let body):
            client.respond(
                200, contentType: machine.answer?.contentType ?? "application/json", filled(body), usage: usage)
        case .error(let status, let body):
            client.respond(status, contentType: "application/json", body, usage: nil)
        case .refusal(let refusal): refuse(refusal)
        case .nothing: request.end(status: 499, loop)
        }
    }

    private func endStream() {
        writeOutput()
        beginAnswer()
        client.endStream()
    }

    /// Answers with an error; an agent's person reads it in words.
    private func refuse(_ refusal: Refusal) {
        guard let notice = refusal.notice, let wanted, request.isReadByPeople, !isForSummary else {
            client.respond(refusal)
            return
        }
        let reason = refusal.error.code ?? ""
        loop.metrics.told(reason: reason)
        let message = AssistantMessage(
            notice[caller.credential.language], model: wanted.model, id: request.requestID,
            created: loop.time.milliseconds / 1000)
        client.tell(message, streams: wanted.streams, asksForUsage: wanted.asksForUsage, reason: reason)
    }

    /// Whether the answer is to stand for a conversation from now on: words of ours would take its place. So begins the prompt
    /// of OpenClaw's compaction (`SUMMARIZATION_SYSTEM_PROMPT` in its sources).
    private var isForSummary: Bool {
        body.readableBytesView.prefix(1024).contains("You are a context summarization assistant".utf8)
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
}
