import Core
import ModelAPI
import NIOCore

/// What happens when the upstream, or the client, doesn't do its part.
extension CallMachine {
    /// What fails within it after it was sent can hardly have been worked on, so it may be sent again. Later, an answer may
    /// have been thought out, and would be so a second time.
    private static let resendTime = TimeAmount.seconds(1)

    // MARK: The upstream

    /// The connection to the upstream is gone.
    /// - Parameter isStale: whether it was closed while it was idle, so that nothing of this call was read there.
    mutating func upstreamFailed(
        isStale: Bool, _ output: inout ByteBuffer, last: inout ByteBuffer, now: NIODeadline,
        hasOther: @autoclosure () -> Bool
    ) -> Step? {
        switch phase {
        case .sent where isStale && !hasMetStale && !mayBeThoughtOut(now):
            hasMetStale = true
            attempts -= 1
            phase = .connecting
            return Step(action: .forward)
        case .sent: return attemptFailed(.connection, now: now, hasOther: hasOther())
        case .answering: return brokeOff(.connection, &output, last: &last, now: now, hasOther: hasOther())
        case .reserving, .queued, .connecting, .over: return nil
        }
    }

    /// No connection can be made.
    mutating func connectFailed(now: NIODeadline, hasOther: @autoclosure () -> Bool) -> Step? {
        phase == .connecting ? attemptFailed(.connection, now: now, hasOther: hasOther()) : nil
    }

    /// The upstream has answered with an error.
    mutating func refused(
        _ verdict: UpstreamVerdict, _ body: ByteBuffer, now: NIODeadline, hasOther: @autoclosure () -> Bool
    ) -> Step? {
        let status = answer?.status
        switch verdict {
        case .clientFault: return end(.error(status: status ?? 400, body), .nothing)
        case .busy(let seconds):
            let trouble = Trouble(reason: "busy", isTheUpstreams: true, pause: .seconds(seconds))
            if mayTryAnother(hasOther: hasOther()) { return tryElsewhere(trouble) }
            if isReadByPeople, mayTryAgain(after: .seconds(seconds), now: now) {
                // Behind others who wait for as long as the upstream asks.
                takesAnotherTurn()
                return Step(trouble: trouble, slowsDown: .seconds(seconds), leavesPlace: true, action: .takeTurn)
            }
            var step = end(.refusal(.upstreamBusy(retryAfter: seconds)), .nothing, trouble: trouble)
            step?.slowsDown = .seconds(seconds)
            return step
        case .unavailable(let fault):
            var step = attemptFailed(fault, now: now, hasOther: hasOther())
            step?.note = .refused(fault, status: status ?? 0)
            return step
        }
    }

    /// Nothing of an answer has come. If none can have been produced either, the call is tried elsewhere, with the same
    /// reservation.
    private mutating func attemptFailed(
        _ fault: UpstreamFault, now: NIODeadline, hasOther: @autoclosure () -> Bool
    ) -> Step? {
        if fault.mayFollowWork, mayBeThoughtOut(now) { return neverCame(fault) }
        let trouble = Trouble(reason: fault.rawValue, isTheUpstreams: fault.isTheUpstreams, pause: fault.pause)
        let pause = Duration.milliseconds(100 << min(attempts, 6))
        // An answer that can't be parsed was still produced, and is charged.
        let isTaken = fault.mayFollowWork && answer?.isSuccess == true
        if !isTaken, !isOverdue(now) {
            if mayTryAnother(hasOther: hasOther()) { return tryElsewhere(trouble) }
            if fault.passes, mayTryAgain(after: pause, now: now) {
                answer = nil
                phase = .connecting
                lastProgress = now
                return Step(trouble: trouble, action: .pause(pause))
            }
        }
        return end(.refusal(.upstreamUnavailable), .nothing, trouble: trouble)
    }

    private mutating func tryElsewhere(_ trouble: Trouble) -> Step {
        answer = nil
        phase = .connecting
        return Step(trouble: trouble, action: .forwardElsewhere)
    }

    /// The upstream had the call for long, and its answer doesn't come any more.
    private mutating func neverCame(_ fault: UpstreamFault) -> Step? {
        // A thought that takes longer than somebody waits says nothing of the upstream.
        let trouble = Trouble(reason: fault.rawValue, isTheUpstreams: streams || fault != .timeout)
        // A stream that never began has produced nothing; what takes long to think out in one piece may well have.
        return end(
            .refusal(.upstreamUnavailable), streams ? .nothing : unheardBill, cancels: true, trouble: trouble)
    }

    /// The upstream gave up, or gave nothing for too long, in the middle of an answer.
    mutating func brokeOff(
        _ fault: UpstreamFault, _ output: inout ByteBuffer, last: inout ByteBuffer, now: NIODeadline,
        hasOther: @autoclosure () -> Bool
    ) -> Step? {
        guard let answer else { return nil }
        let isSilent = fault == .connection || fault == .timeout
        var step: Step?
        if isSilent, answer.hasFinished {
            // All that is missing is what an upstream says behind its answer.
            step = upstreamEnded(&output, last: &last, now: now, hasOther: hasOther())
        } else if !answer.hasOutput, !hasBegunAnswer {
            step = attemptFailed(fault, now: now, hasOther: hasOther())
        } else {
            // One in one piece was thought out before its first byte; a stream that the upstream itself gave up was read to there.
            let isCaughtUp = answer.isStream && (!isSilent || isCaughtUp(now))
            step = end(
                answer.isStream ? .brokenStream : .refusal(.upstreamUnavailable),
                answer.bill(.broken(isCaughtUp: isCaughtUp)), note: .brokeOff(fault),
                trouble: Trouble(reason: fault.rawValue))
        }
        step?.cancels = true
        return step
    }

    // MARK: The client

    /// - Parameter isReadDry: whether the last read left nothing in the upstream's connection.
    mutating func clientHasGone(isReadDry: Bool, now: NIODeadline) -> Step? {
        switch phase {
        case .sent where streams, .answering where isStreaming: Step(action: .lookAgain)
        default: abandon(isReadDry: isReadDry, now: now)
        }
    }

    /// What has arrived may wait unread, on a busy loop: it is read before anybody says what was produced.
    mutating func look(isReadDry: Bool, now: NIODeadline) -> Step? {
        guard phase == .answering, !isReadDry, takesMore, looks > 1 else {
            return abandon(isReadDry: isReadDry, now: now)
        }
        looks -= 1
        return Step(action: .lookAgain)
    }

    private mutating func abandon(isReadDry: Bool, now: NIODeadline) -> Step? {
        let bill: Bill
        switch phase {
        case .sent: bill = unheardBill
        case .answering:
            let isCaughtUp = isCaughtUp(now) && isReadDry && answer?.isStream == true
            bill = answer?.bill(.broken(isCaughtUp: isCaughtUp)) ?? .nothing
        case .reserving, .queued, .connecting, .over: bill = .nothing
        }
        return end(.nothing, bill, cancels: true)
    }

    // MARK: Time

    mutating func checkTime(
        _ now: NIODeadline, _ output: inout ByteBuffer, last: inout ByteBuffer, hasOther: @autoclosure () -> Bool
    ) -> Step? {
        if let stalledSince = backlog.stalledSince, now - stalledSince > TimeAmount(timeouts.stalledClient) {
            return Step(action: .closeClient)
        }
        let silence = now - lastProgress
        switch phase {
        case .reserving: return silence > TimeAmount(timeouts.turn) ? refuse(.storageUnavailable) : nil
        case .queued:
            return silence > TimeAmount(timeouts.turn) || isOverdue(now) ? Step(action: .leaveQueue) : nil
        case .sent:
            if streams, !isOverdue(now), isTooSilent(now, hasOther: hasOther()) {
                var step = attemptFailed(.timeout, now: now, hasOther: hasOther())
                step?.cancels = true
                return step
            }
            let isSilent = silence > TimeAmount(timeouts.answerSilence)
            return now >= deadline || isSilent || streams && isOverdue(now) ? neverCame(.timeout) : nil
        case .answering:
            let isSilent = takesMore && silence > TimeAmount(timeouts.answerSilence)
            let isEmpty = streams && answer?.hasOutput == false
            guard now >= deadline || isSilent || isEmpty && isOverdue(now) else { return nil }
            return brokeOff(.timeout, &output, last: &last, now: now, hasOther: hasOther())
        case .connecting, .over: return nil
        }
    }

    /// Whether an agent's call should have begun its answer by now, or said that there is none.
    private func isOverdue(_ now: NIODeadline) -> Bool {
        isReadByPeople && now >= startedAt + TimeAmount(timeouts.agentAnswer)
    }

    /// Whether the upstream has said nothing for so long that there is just time to ask another one.
    private func isTooSilent(_ now: NIODeadline, hasOther: @autoclosure () -> Bool) -> Bool {
        isReadByPeople && now - sentAt >= TimeAmount(timeouts.agentAnswer / 2) && mayTryAnother(hasOther: hasOther())
    }

    // MARK: What may be done

    private func mayTryAnother(hasOther: @autoclosure () -> Bool) -> Bool {
        attempts < Self.mostAttempts && hasOther()
    }

    /// Whether the same upstream is asked once more. A program does that itself, and says so to nobody; while an agent does it,
    /// somebody waits in silence, for longer than anybody should.
    private func mayTryAgain(after pause: Duration, now: NIODeadline) -> Bool {
        guard isReadByPeople else { return attempts < Self.mostAttempts }
        return now + TimeAmount(pause) < startedAt + TimeAmount(timeouts.agentRetries)
    }

    /// Whether the upstream has had the call for so long that it may have an answer, though none has come. A stream would have
    /// shown its first words.
    private func mayBeThoughtOut(_ now: NIODeadline) -> Bool {
        if streams { return false }
        return switch phase {
        case .sent, .answering: now - sentAt >= Self.resendTime
        case .reserving, .queued, .connecting, .over: false
        }
    }

    /// Whether little can have been produced that wasn't seen here.
    private func isCaughtUp(_ now: NIODeadline) -> Bool { backlog.isCaughtUp(now: now, lastProgress: lastProgress) }

    /// For a call that was sent and that nothing was heard of: the prompt is being read; of an answer in one piece, nobody
    /// knows how much has been thought out.
    private var unheardBill: Bill {
        guard let reservation else { return .nothing }
        return Bill(UsageMeter(dialect), reservation: reservation, ending: .broken(isCaughtUp: streams))
    }
}
