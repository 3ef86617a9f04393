import Core
import Logging
import ModelAPI
import NIOCore

/// What happens when the upstream, or the client, doesn't do its part.
extension Call {
    func upstreamFailed(isStale: Bool) {
        loop.tick()
        switch state {
        case .sent where isStale && !hasMetStale && loop.deadline - lastProgress < Self.staleTime:
            // It was closed while it was idle, so nothing of this call was read there.
            hasMetStale = true
            attempts -= 1
            forward()
        case .sent:
            attemptFailed("connection", after: nil)
        case .answering: brokeOff()
        default: break
        }
    }

    /// Within it, a connection that was idle before is taken for one that the upstream was about to close.
    private static let staleTime = TimeAmount.seconds(1)

    func refused(_ verdict: UpstreamVerdict, _ body: ByteBuffer) {
        switch verdict {
        case .clientFault:
            settle(.nothing)
            let status = answer?.status ?? 400
            end { client in client.respond(status, contentType: "application/json", body, usage: nil) }
        case .busy(let seconds):
            loop.metrics.upstreamFailed(reason: "busy")
            target?.failed(for: .seconds(seconds), now: loop.now)
            guard canTryAnother else {
                services.gate.slowDown(for: .seconds(seconds), now: loop.now)
                settle(.nothing)
                end { client in client.respond(.upstreamBusy(retryAfter: seconds)) }
                return
            }
            tryAgain(after: nil)
        case .unavailable(let reason):
            services.logger.error(
                "the upstream refused",
                metadata: [
                    "upstream": "\(target?.configuration.name ?? "")", "reason": "\(reason)",
                    "status": "\(answer?.status ?? 0)",
                ])
            // A wrong key or an empty account doesn't mend itself within seconds.
            let isOurs = reason == "credential" || reason == "quota"
            attemptFailed(reason, after: isOurs ? .seconds(30) : nil)
        }
    }

    /// Whether an upstream or a key is left that this call hasn't tried.
    var canTryAnother: Bool {
        guard attempts < Self.mostAttempts, let wanted, let target else { return false }
        return services.upstreams.hasOther(than: tried + [target], model: wanted.model)
    }

    /// Nothing has been produced: the call can be tried elsewhere, with the same tokens set aside.
    func attemptFailed(_ reason: String, after pause: Duration?) {
        loop.metrics.upstreamFailed(reason: reason)
        target?.failed(for: pause, now: loop.now)
        if canTryAnother {
            tryAgain(after: nil)
        } else if attempts < Self.mostAttempts, reason == "connection" || reason == "status_5xx" {
            tryAgain(after: .milliseconds(100 << attempts))
        } else {
            settle(.nothing)
            end { client in client.respond(.upstreamUnavailable) }
        }
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
        end { client in client.respond(.upstreamUnavailable) }
    }

    /// The upstream gave up, or gave nothing for too long, in the middle of an answer.
    func brokeOff(_ reason: String = "broken") {
        guard let answer else { return }
        if !answer.hasOutput, !hasBegunAnswer {
            cancelUpstream()
            attemptFailed(reason, after: nil)
            return
        }
        cancelUpstream()
        loop.metrics.upstreamFailed(reason: reason)
        services.logger.warning("an answer broke off", metadata: ["reason": "\(reason)"])
        // One in one piece was thought out before its first byte.
        settle(answer.bill(.broken(isCaughtUp: answer.isStream)))
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
            end { client in client.respond(.upstreamUnavailable) }
        }
    }

    func clientHasGone() {
        loop.tick()
        if case .over = state { return }
        let bill: Bill
        switch state {
        case .sent:
            bill = unheardBill
        case .answering: bill = answer?.bill(.broken(isCaughtUp: isCaughtUp && answer?.isStream == true)) ?? .nothing
        case .reserving, .queued, .connecting, .over: bill = .nothing
        }
        cancelUpstream()
        settle(bill)
        end { _ in }
        request.end(status: 499, loop)
    }

    /// Whether little can have been produced that wasn't seen here.
    var isCaughtUp: Bool { stalledSince.map { loop.deadline - $0 < .seconds(1) } ?? true }

    func clientTakesMore(_ takesMore: Bool) {
        loop.tick()
        stalledSince = takesMore ? nil : loop.deadline
        if takesMore, case .answering(let connection) = state { connection.resume() }
    }

    var takesMore: Bool { stalledSince == nil }

    func checkTime(_ now: NIODeadline) {
        if let stalledSince, now - stalledSince > TimeAmount(timeouts.stalledClient) {
            client.close()
            return
        }
        switch state {
        case .queued(let waiter):
            guard now - lastProgress > TimeAmount(timeouts.turn), services.gate.abandon(waiter) else { return }
            settle(.nothing)
            end { client in client.respond(.upstreamBusy(retryAfter: 5)) }
        case .sent:
            guard now >= deadline || now - lastProgress > TimeAmount(timeouts.answerSilence) else { return }
            cancelUpstream()
            loop.metrics.upstreamFailed(reason: "timeout")
            // A stream that never began has produced nothing; what takes long to think out in one piece may well have.
            let streams = wanted?.streams ?? true
            if streams { target?.failed(now: loop.now) }
            settle(streams ? .nothing : unheardBill)
            end { client in client.respond(.upstreamUnavailable) }
        case .answering:
            let isSilent = stalledSince == nil && now - lastProgress > TimeAmount(timeouts.answerSilence)
            guard now >= deadline || isSilent else { return }
            brokeOff("timeout")
        case .reserving:
            guard now - lastProgress > TimeAmount(timeouts.turn) else { return }
            end { client in client.respond(.storageUnavailable) }
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
