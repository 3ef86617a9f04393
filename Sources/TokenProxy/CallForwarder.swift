import AsyncHTTPClient
import Core
import Logging
import ModelAPI
import NIOCore
import NIOHTTP1

/// A call whose tokens are set aside.
struct ForwardedCall: Sendable {
    let dialect: ModelDialect
    let streams: Bool
    let asksForUsage: Bool
    let reservation: Reservation
    let tier: Tier
    /// As it was before the reservation.
    let quota: Quota
    /// For the answer's `X-Request-Id`.
    let echoedID: String
    let started: ContinuousClock.Instant
    let slot: Admission.Slot

    /// The headers of an answer that is the model's.
    /// - Parameter spent: tokens of this call, if they are known already.
    func headers(contentType: String, spent: Int = 0) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "content-type": contentType, "cache-control": "no-store", "x-request-id": echoedID,
            "x-usage-remaining": String(max(0, quota.limit - quota.used - spent)),
        ]
        let percent = quota.limit > 0 ? (quota.used + spent) * 100 / quota.limit : 100
        if percent >= 80 {
            headers.add(
                name: "x-usage-warning",
                value: "\(min(percent, 100))% of this month's tokens are used; resets on \(quota.periodEnd.dayAndMonth)")
        }
        return headers
    }
}

/// Forwards a call, brings the answer back, and settles exactly once, before the answer's last byte goes out.
struct CallForwarder: Sendable {
    let upstream: Upstream
    let settlements: Settlements
    let metrics: ProxyMetrics
    let logger: Logger

    /// Bytes of an upstream's error that are read.
    private static let errorLimit = 64 << 10

    /// - Throws: ``Refusal`` as long as nothing has been answered; anything else when the answer can't be finished.
    func forward(
        _ call: ForwardedCall, body: ByteBuffer, headers: HTTPHeaders, to writer: ResponseWriter,
        _ report: inout RequestReport
    ) async throws {
        let answer: HTTPClientResponse
        do {
            answer = try await upstream.send(
                call.dialect, body: body, clientHeaders: headers, requestID: call.reservation.requestID)
        } catch {
            guard !Task.isCancelled else {
                await settle(call, broken: UsageMeter(call.dialect), isCaughtUp: call.streams, &report)
                throw CancellationError()
            }
            await settle(call, .nothing, &report)
            throw failure(error)
        }
        let type = answer.headers.first(name: "content-type") ?? ""
        let isReadable = answer.status == .ok && !answer.headers.contains(name: "content-encoding")
        if isReadable, type.hasPrefix("text/event-stream") {
            try await relay(call, answer, type, to: writer, &report)
        } else if isReadable, type.hasPrefix("application/json") {
            try await deliver(call, answer, type, to: writer, &report)
        } else {
            try await refuse(call, answer, to: writer, &report)
        }
    }

    // MARK: An answer in one piece

    private func deliver(
        _ call: ForwardedCall, _ answer: HTTPClientResponse, _ type: String, to writer: ResponseWriter,
        _ report: inout RequestReport
    ) async throws {
        var body = ByteBuffer()
        do {
            for try await chunk in answer.body {
                body.writeImmutableBuffer(chunk)
                guard body.readableBytes <= upstream.configuration.answerLimit else { throw AnswerTooLarge() }
                try checkTime(call)
            }
            try Task.checkCancellation()
        } catch {
            // What the rest would have cost is not known: whoever hangs up on an answer in one piece pays its cap.
            let hasOutput = Task.isCancelled || body.readableBytes > 0
            if hasOutput {
                await settle(call, broken: UsageMeter(call.dialect), isCaughtUp: false, &report)
            } else {
                await settle(call, .nothing, &report)
            }
            throw Task.isCancelled ? CancellationError() : failure(error)
        }
        var meter = UsageMeter(call.dialect)
        body.withUnsafeReadableBytes { meter.read(answer: $0) }
        let bill = Bill(meter, reservation: call.reservation, ending: .complete)
        await settle(call, bill, &report)
        metrics.firstByte(after: ContinuousClock.now - call.started)
        try await writer.send(.ok, call.headers(contentType: type, spent: bill.usage.total), body)
    }

    // MARK: A stream

    private func relay(
        _ call: ForwardedCall, _ answer: HTTPClientResponse, _ type: String, to writer: ResponseWriter,
        _ report: inout RequestReport
    ) async throws {
        var stream = StreamRelay(call.dialect, removesUsageChunk: !call.asksForUsage)
        var isStarted = false
        var isSettled = false
        var isAnswered = false
        var caughtUpAt = ContinuousClock.now
        func start() async throws {
            if isStarted { return }
            isStarted = true
            metrics.firstByte(after: ContinuousClock.now - call.started)
            try await writer.start(.ok, call.headers(contentType: type))
        }
        do {
            for try await chunk in answer.body {
                let step = stream.receive(chunk.readableBytesView)
                if !step.forward.isEmpty {
                    try await start()
                    try await writer.write(step.forward)
                }
                if step.isBroken { throw StreamBroken() }
                if let last = step.last {
                    isSettled = true
                    await settle(call, Bill(stream.meter, reservation: call.reservation, ending: .complete), &report)
                    try await start()
                    try await writer.write(last)
                    try await writer.end()
                    isAnswered = true
                    // The call is over; what is still read only frees the upstream's connection for the next one.
                    call.slot.leave()
                }
                if !isSettled { try checkTime(call) }
                caughtUpAt = .now
            }
            try Task.checkCancellation()
            if isSettled { return }
            let step = stream.finish()
            if step.isBroken || !(step.last != nil || stream.meter.isFinal) { throw StreamBroken() }
            isSettled = true
            await settle(call, Bill(stream.meter, reservation: call.reservation, ending: .complete), &report)
            try await start()
            try await writer.write(step.forward + (step.last ?? []))
            try await writer.end()
        } catch {
            if isAnswered { return }
            if isSettled { throw error }
            let isClientGone = Task.isCancelled || !writer.channel.isActive
            guard isClientGone || stream.meter.hasOutput else {
                await settle(call, .nothing, &report)
                throw failure(error)
            }
            let isCaughtUp = ContinuousClock.now - caughtUpAt < .seconds(1)
            await settle(call, broken: stream.meter, isCaughtUp: isCaughtUp || !isClientGone, &report)
            if isClientGone { throw error }
            let refusal = failure(error)
            try await start()
            try await writer.write(Array(brokenEvent(call, refusal).utf8))
            try await writer.end()
        }
    }

    /// Tells the client in the stream's own form that it broke off.
    private func brokenEvent(_ call: ForwardedCall, _ refusal: Refusal) -> String {
        ServerSentEvent.encoded(
            name: call.dialect == .anthropic ? "error" : nil,
            data: refusal.error.body(call.dialect, requestID: call.echoedID))
    }

    // MARK: No answer

    private func refuse(
        _ call: ForwardedCall, _ answer: HTTPClientResponse, to writer: ResponseWriter, _ report: inout RequestReport
    ) async throws {
        await settle(call, .nothing, &report)
        let body = try? await answer.body.collect(upTo: Self.errorLimit)
        let verdict = UpstreamVerdict(
            status: answer.status, retryAfter: answer.headers.first(name: "retry-after"),
            error: body?.withUnsafeReadableBytes { ModelError(body: $0) })
        switch (verdict, body) {
        case (.clientFault, .some(let body)):
            report.status = Int(answer.status.code)
            try await writer.send(
                answer.status, ["content-type": "application/json", "x-request-id": call.echoedID], body)
        case (.busy(let seconds), _):
            metrics.upstreamFailed(reason: "busy")
            throw Refusal.upstreamBusy(retryAfter: seconds)
        case (.unavailable(let reason), _):
            metrics.upstreamFailed(reason: reason)
            logger.error("the upstream refused", metadata: ["reason": "\(reason)", "status": "\(answer.status.code)"])
            throw Refusal.upstreamUnavailable
        case (.clientFault, nil):
            throw Refusal.upstreamUnavailable
        }
    }

    private func failure(_ error: any Error) -> Refusal {
        let reason =
            switch error {
            case is AnswerTookTooLong: "timeout"
            case is StreamBroken, is AnswerTooLarge: "broken"
            case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout: "timeout"
            default: "connection"
            }
        metrics.upstreamFailed(reason: reason)
        logger.warning("the upstream failed", metadata: ["reason": "\(reason)", "error": "\(error)"])
        return .upstreamUnavailable
    }

    private func checkTime(_ call: ForwardedCall) throws {
        if ContinuousClock.now - call.started > upstream.configuration.timeouts.answer { throw AnswerTookTooLong() }
    }

    // MARK: Settling

    private func settle(
        _ call: ForwardedCall, broken meter: UsageMeter, isCaughtUp: Bool, _ report: inout RequestReport
    ) async {
        await settle(
            call, Bill(meter, reservation: call.reservation, ending: .broken(isCaughtUp: isCaughtUp)), &report)
    }

    private func settle(_ call: ForwardedCall, _ bill: Bill, _ report: inout RequestReport) async {
        await settlements.settle(call.reservation, bill)
        report.bill = bill
        metrics.settled(bill, reserved: call.reservation.total, plan: call.tier, model: call.reservation.model)
    }
}

/// The upstream's stream ended, or told an error, before the answer did.
private struct StreamBroken: Error {}
private struct AnswerTookTooLong: Error {}
private struct AnswerTooLarge: Error {}
