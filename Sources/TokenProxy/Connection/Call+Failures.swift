import Core
import Logging
import ModelAPI
import NIOCore

/// What happens when the upstream, or the client, doesn't do its part.
extension Call {
    func upstreamFailed(isStale: Bool) {
        loop.tick()
        switch state {
        case .sent where isStale && !hasMetStale && !mayBeThoughtOut:
            // It was closed while it was idle, so nothing of this call was read there.
            hasMetStale = true
            attempts -= 1
            forward()
        case .sent: attemptFailed(.connection)
        case .answering: brokeOff(.connection)
        default: break
        }
    }

    /// What fails within it after it was sent can hardly have been worked on, so it may be sent again. Later, an answer may
    /// have been thought out, and would be so a second time.
    private static let resendTime = TimeAmount.seconds(1)

    /// Whether the upstream has had the call for so long that it may have an answer, though none has come. A stream would have
    /// shown its first words.
    private var mayBeThoughtOut: Bool {
        if wanted?.streams == true { return false }
        return switch state {
        case .sent, .answering: loop.deadline - sentAt >= Self.resendTime
        case .reserving, .queued, .connecting, .over: false
        }
    }

    func refused(_ verdict: UpstreamVerdict, _ body: ByteBuffer) {
        switch verdict {
        case .clientFault:
            settle(.nothing)
            let status = answer?.status ?? 400
            end { client in client.respond(status, contentType: "application/json", body, usage: nil) }
        case .busy(let seconds):
            loop.metrics.upstreamFailed(reason: "busy")
            target?.failed(for: .seconds(seconds), now: loop.now)
            if canTryAnother {
                tryAgain(after: nil)
                return
            }
            services.gate.slowDown(for: .seconds(seconds), now: loop.now)
            if request.isReadByPeople, mayTryAgain(after: .seconds(seconds)) {
                takeAnotherTurn()
            } else {
                settle(.nothing)
                refuse(.upstreamBusy(retryAfter: seconds))
            }
        case .unavailable(let fault):
            services.logger.error(
                "the upstream refused",
                metadata: [
                    "upstream": "\(target?.configuration.name ?? "")", "reason": "\(fault.rawValue)",
                    "status": "\(answer?.status ?? 0)",
                ])
            attemptFailed(fault)
        }
    }

    /// Whether an upstream or a key is left that this call hasn't tried.
    var canTryAnother: Bool {
        guard attempts < Self.mostAttempts, let wanted, let target else { return false }
        return services.upstreams.hasOther(than: tried + [target], model: wanted.model)
    }

    /// Nothing of an answer has come. If none can have been produced either, the call is tried elsewhere, with the same tokens
    /// set aside.
    func attemptFailed(_ fault: UpstreamFault) {
        loop.tick()
        if fault.mayFollowWork, mayBeThoughtOut {
            neverCame(fault)
            return
        }
        loop.metrics.upstreamFailed(reason: fault.rawValue)
        if fault.isTheUpstreams { target?.failed(for: fault.pause, now: loop.now) }
        let pause = Duration.milliseconds(100 << min(attempts, 6))
        // An answer that can't be read is one all the same.
        let isTaken = fault.mayFollowWork && answer?.isSuccess == true
        if isTaken || isOverdue(loop.deadline) {
            settle(.nothing)
            refuse(.upstreamUnavailable)
        } else if canTryAnother {
            tryAgain(after: nil)
        } else if fault.passes, mayTryAgain(after: pause) {
            tryAgain(after: pause)
        } else {
            settle(.nothing)
            refuse(.upstreamUnavailable)
        }
    }

    /// Whether the same upstream is asked once more. A program does that itself, and says so to nobody; while an agent does it,
    /// somebody waits in silence, for longer than anybody should.
    private func mayTryAgain(after pause: Duration) -> Bool {
        guard request.isReadByPeople else { return attempts < Self.mostAttempts }
        return loop.deadline + TimeAmount(pause) < startedAt + TimeAmount(timeouts.agentRetries)
    }

    /// Whether an agent's call should have begun its answer by now, or said that there is none.
    private func isOverdue(_ now: NIODeadline) -> Bool {
        request.isReadByPeople && now >= startedAt + TimeAmount(timeouts.agentAnswer)
    }

    /// Whether the upstream has said nothing for so long that there is just time to ask another one.
    private func isTooSilent(_ now: NIODeadline) -> Bool {
        request.isReadByPeople && canTryAnother && now - sentAt >= TimeAmount(timeouts.agentAnswer / 2)
    }

    /// Waits as long as the upstream asks, behind others who do.
    private func takeAnotherTurn() {
        answer = nil
        holdsPlace = false
        services.gate.leave(wasAnswered: false, now: loop.now)
        takeTurn()
    }

    /// The upstream had the call for long, and its answer doesn't come any more.
    private func neverCame(_ fault: UpstreamFault) {
        cancelUpstream()
        loop.metrics.upstreamFailed(reason: fault.rawValue)
        // A stream that never began has produced nothing; what takes long to think out in one piece may well have.
        let streams = wanted?.streams ?? true
        // A thought that is too long for somebody's patience says nothing of the upstream.
        if streams || fault != .timeout { target?.failed(now: loop.now) }
        settle(streams ? .nothing : unheardBill)
        refuse(.upstreamUnavailable)
    }

    func tryAgain(after pause: Duration?) {
        if let target, canTryAnother { tried.append(target) }
        answer = nil
        state = .connecting
        guard let pause else {
            forward()
            return
        }
        lastProgress = loop.deadline
        loop.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(pause)) { [self] in
            loop.tick()
            if case .connecting = state { forward() }
        }
    }

    func fail(_ reason: String) {
        loop.metrics.upstreamFailed(reason: reason)
        settle(.nothing)
        refuse(.upstreamUnavailable)
    }

    /// The upstream gave up, or gave nothing for too long, in the middle of an answer.
    func brokeOff(_ fault: UpstreamFault) {
        guard let answer else { return }
        cancelUpstream()
        if fault == .connection || fault == .timeout, answer.hasFinished {
            // All that is missing is what an upstream says behind its answer.
            upstreamEnded()
            return
        }
        if !answer.hasOutput, !hasBegunAnswer {
            attemptFailed(fault)
            return
        }
        loop.metrics.upstreamFailed(reason: fault.rawValue)
        services.logger.warning("an answer broke off", metadata: ["reason": "\(fault.rawValue)"])
        // One in one piece was thought out before its first byte; a stream that the upstream itself gave up was read to there.
        let isReadToItsEnd = fault != .connection && fault != .timeout
        settle(answer.bill(.broken(isCaughtUp: answer.isStream && (isReadToItsEnd || isCaughtUp))))
        if answer.isStream {
            prepareOutput()
            beginAnswer()
            // Tells the client in the stream's own form.
            output.writeString(
                ServerSentEvent.encoded(
                    name: dialect == .anthropic ? "error" : nil,
                    data: Refusal.upstreamUnavailable.error.body(dialect, requestID: request.echoedID)))
            writeOutput()
            end { client in client.endStream() }
        } else {
            refuse(.upstreamUnavailable)
        }
    }

    func clientHasGone() {
        loop.tick()
        switch state {
        case .over: loop.remove(client)
        case .sent where wanted?.streams == true, .answering where answer?.isStream == true:
            abandonWhenRead(looks: Self.lastLooks)
        default: abandon()
        }
    }

    /// For how many milliseconds an upstream may still be read whose client has gone.
    private static let lastLooks = 10

    /// What has arrived may wait unread, on a busy loop: it is read before anybody says what was produced.
    private func abandonWhenRead(looks: Int) {
        loop.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { [self] in
            loop.tick()
            switch state {
            case .answering(let connection) where !connection.isReadDry && takesMore && looks > 1:
                abandonWhenRead(looks: looks - 1)
            case .over: break
            default: abandon()
            }
        }
    }

    private func abandon() {
        let bill: Bill
        switch state {
        case .sent: bill = unheardBill
        case .answering(let connection):
            let isCaughtUp = isCaughtUp && connection.isReadDry && answer?.isStream == true
            bill = answer?.bill(.broken(isCaughtUp: isCaughtUp)) ?? .nothing
        case .reserving, .queued, .connecting, .over: bill = .nothing
        }
        cancelUpstream()
        settle(bill)
        end { _ in }
        request.end(status: 499, loop)
    }

    /// Whether little can have been produced that wasn't seen here.
    private var isCaughtUp: Bool { backlog.isCaughtUp(now: loop.deadline, lastProgress: lastProgress) }

    func clientTakesMore(_ takesMore: Bool) {
        loop.tick()
        backlog.clientTakes(takesMore, now: loop.deadline)
        guard takesMore, case .answering(let connection) = state else { return }
        // The silence of an upstream that nobody listened to is over.
        lastProgress = loop.deadline
        connection.resume()
    }

    var takesMore: Bool { backlog.stalledSince == nil }

    func checkTime(_ now: NIODeadline) {
        if let stalledSince = backlog.stalledSince, now - stalledSince > TimeAmount(timeouts.stalledClient) {
            client.close()
            return
        }
        switch state {
        case .queued(let waiter):
            guard now - lastProgress > TimeAmount(timeouts.turn) || isOverdue(now), services.gate.abandon(waiter) else {
                return
            }
            settle(.nothing)
            refuse(.upstreamBusy(retryAfter: 5))
        case .sent:
            let streams = wanted?.streams == true
            if streams, !isOverdue(now), isTooSilent(now) {
                cancelUpstream()
                attemptFailed(.timeout)
                return
            }
            guard
                now >= deadline || now - lastProgress > TimeAmount(timeouts.answerSilence) || streams && isOverdue(now)
            else { return }
            neverCame(.timeout)
        case .answering:
            let isSilent = takesMore && now - lastProgress > TimeAmount(timeouts.answerSilence)
            let isEmpty = wanted?.streams == true && answer?.hasOutput == false
            guard now >= deadline || isSilent || isEmpty && isOverdue(now) else { return }
            brokeOff(.timeout)
        case .reserving:
            guard now - lastProgress > TimeAmount(timeouts.turn) else { return }
            refuse(.storageUnavailable)
        case .connecting, .over: break
        }
    }

    /// For a call that was sent and that nothing was heard of: the prompt is being read; of an answer in one piece, nobody
    /// knows how much has been thought out.
    private var unheardBill: Bill {
        guard let reservation else { return .nothing }
        return Bill(
            UsageMeter(dialect), reservation: reservation, ending: .broken(isCaughtUp: wanted?.streams ?? false))
    }

    func cancelUpstream() {
        switch state {
        case .sent(let connection), .answering(let connection): connection.cancel()
        default: break
        }
    }
}
