import Core
import Logging
import ModelAPI
import NIOCore

/// One model call, from its whole request to its settlement: sets tokens aside, waits for its turn, brings the answer back, and
/// is settled exactly once, before the answer's last byte goes out. Lives on its client's event loop.
final class Call {
    private enum State {
        /// Tokens are being set aside.
        case reserving
        /// Others are with the upstream.
        case queued(UpstreamGate.Waiter)
        /// A connection is being made, or the next attempt waits.
        case connecting
        /// Sent; nothing has come back.
        case sent(UpstreamConnection)
        case answering(UpstreamConnection)
        /// Settled, or never begun.
        case over
    }

    let request: IncomingRequest
    private let client: ClientConnection
    private let loop: ProxyLoop
    private let caller: Caller
    private var body: ByteBuffer
    private var state = State.reserving
    private var wanted: ModelRequest?
    private var reservation: CallReservation?
    private var grant: Account.Grant?
    private var ticket: Journal.Ticket?
    private var holdsPlace = false

    private var target: UpstreamTarget?
    private var tried: [UpstreamTarget] = []
    private var attempts = 0
    private var answer: Answer?
    private var hasBegunAnswer = false
    private var output = ByteBuffer()
    private var isOutputWritten = true
    private var last = ByteBuffer()

    private let startedAt: NIODeadline
    private var lastProgress: NIODeadline
    private var deadline: NIODeadline
    /// Since when the client has taken nothing.
    private var stalledSince: NIODeadline?

    private static let mostAttempts = 3

    init(_ request: IncomingRequest, body: ByteBuffer, client: ClientConnection) {
        self.request = request
        self.body = body
        self.client = client
        loop = client.loop
        // Nobody gets here without.
        caller = request.caller!
        startedAt = loop.deadline
        lastProgress = startedAt
        deadline = startedAt + TimeAmount(loop.services.configuration.timeouts.answer)
    }

    private var services: ProxyServices { loop.services }
    private var timeouts: TokenProxyConfiguration.Timeouts { services.configuration.timeouts }
    private var dialect: ModelDialect { request.dialect }

    // MARK: Reserving

    func start() {
        do throws(Refusal) {
            let wanted = try inspect()
            guard services.upstreams.target(model: wanted.model, tried: [], now: loop.now) != nil else {
                throw .unknownModel(wanted.model, known: services.upstreams.models)
            }
            self.wanted = wanted
            request.model = wanted.model
            KillPoint.beforeReservation.pass()
            let wish = Allowance.Wish(
                input: wanted.size, output: min(wanted.completionCap ?? .max, services.configuration.completionCap))
            if let grant = try services.accounts.reserve(
                wish, caller.account, upgradeURL: services.configuration.upgradeURL, time: loop.time, now: loop.now)
            {
                try reserved(grant)
            } else {
                reserveLater(wish)
            }
        } catch {
            refuse(error)
        }
    }

    private func inspect() throws(Refusal) -> ModelRequest {
        let result = body.withUnsafeReadableBytes { bytes -> Result<ModelRequest, ModelRequestFault> in
            Result { () throws(ModelRequestFault) in try ModelRequest(dialect, body: bytes) }
        }
        switch result {
        case .success(let request): return request
        case .failure(let fault): throw .invalid(fault)
        }
    }

    private func reserveLater(_ wish: Allowance.Wish) {
        let call = NIOLoopBound(self, eventLoop: loop.eventLoop)
        let (services, account) = (services, caller.account)
        Task {
            let result: Result<Account.Grant, Refusal>
            do throws(Refusal) {
                result = .success(
                    try await services.accounts.reserveWaiting(
                        wish, account, upgradeURL: services.configuration.upgradeURL))
            } catch {
                result = .failure(error)
            }
            call.eventLoop.execute { call.value.resume(with: result, wish) }
        }
    }

    private func resume(with result: Result<Account.Grant, Refusal>, _ wish: Allowance.Wish) {
        loop.tick()
        guard case .reserving = state else {
            // The client has gone meanwhile.
            if case .success(let grant) = result {
                _ = caller.account.settle(
                    reserved: wish.input + grant.output, used: 0, periodStart: grant.period.lowerBound,
                    now: loop.now)
            }
            return
        }
        do throws(Refusal) {
            try reserved(try result.get())
        } catch {
            refuse(error)
        }
    }

    private func reserved(_ grant: Account.Grant) throws(Refusal) {
        guard let wanted else { return }
        let reservation = CallReservation(
            requestBits: request.idBits, customerBits: caller.account.customerBits, boxBits: caller.boxBits,
            model: wanted.model, periodStart: grant.period.lowerBound, input: wanted.size, output: grant.output,
            createdAt: loop.time)
        do {
            ticket = try services.journal.reserve(reservation)
        } catch {
            _ = caller.account.settle(
                reserved: reservation.total, used: 0, periodStart: reservation.periodStart, now: loop.now)
            throw error
        }
        self.reservation = reservation
        self.grant = grant
        KillPoint.afterReservation.pass()
        takeTurn()
    }

    // MARK: Forwarding

    private func takeTurn() {
        lastProgress = loop.deadline
        if services.gate.enter(now: loop.now) {
            holdsPlace = true
            forward()
            return
        }
        let call = NIOLoopBound(self, eventLoop: loop.eventLoop)
        let waiter = UpstreamGate.Waiter { call.eventLoop.execute { call.value.turnHasCome() } }
        state = .queued(waiter)
        services.gate.wait(waiter, customerID: caller.account.customerID, weight: caller.plan.weight)
    }

    private func turnHasCome() {
        loop.tick()
        // Whoever has gone meanwhile got a place all the same.
        guard case .queued = state else {
            services.gate.leave(wasAnswered: false, now: loop.now)
            return
        }
        holdsPlace = true
        forward()
    }

    private func forward() {
        state = .connecting
        guard let wanted,
            let target = services.upstreams.target(model: wanted.model, tried: tried, now: loop.now)
        else {
            fail("no_upstream")
            return
        }
        self.target = target
        attempts += 1
        lastProgress = loop.deadline
        let endpoint = dialect == .openAI ? target.openAI : target.anthropic
        if let connection = loop.pool.take(endpoint) {
            send(on: connection, endpoint)
            return
        }
        loop.pool.connect(endpoint).assumeIsolated().whenComplete { [self] result in
            loop.tick()
            switch (result, state) {
            case (.success(let connection), .connecting): send(on: connection, endpoint)
            case (.success(let connection), _): loop.pool.put(connection)
            case (.failure(let error), .connecting):
                services.logger.warning(
                    "the upstream can't be reached",
                    metadata: ["upstream": "\(target.configuration.name)", "error": "\(error)"])
                attemptFailed("connection", after: nil)
            case (.failure, _): break
            }
        }
    }

    private func send(on connection: UpstreamConnection, _ endpoint: UpstreamTarget.Endpoint) {
        guard let wanted, let reservation, let target else { return }
        state = .sent(connection)
        let edits = wanted.edits(
            quotedModel: target.quotedModels[wanted.model] ?? JSONText.quoted(wanted.model),
            completionCap: reservation.output)
        let parts = body.applying(edits)
        var head = ByteBuffer()
        head.reserveCapacity(endpoint.head.utf8.count + 512 + (parts.count == 1 ? parts[0].readableBytes : 0))
        head.writeString(endpoint.head)
        writeFields(to: &head, bodyLength: parts.reduce(0) { $0 + $1.readableBytes })
        loop.metrics.overhead.observe(loop.deadline - startedAt)
        if parts.count == 1, parts[0].readableBytes <= 16 << 10 {
            head.writeImmutableBuffer(parts[0])
            connection.send(head, body: [], for: self)
        } else {
            connection.send(head, body: parts, for: self)
        }
    }

    /// The client's fields that go on; everything else stays here, above all its credential.
    private func writeFields(to head: inout ByteBuffer, bodyLength: Int) {
        head.writeStaticString("content-length: ")
        head.writeString(String(bodyLength))
        head.writeStaticString("\r\nx-request-id: ")
        request.writeRequestID(to: &head)
        head.writeStaticString("\r\n")
        forward("accept: ", request.head.accept, to: &head)
        forward("user-agent: ", request.head.userAgent, to: &head)
        forward("anthropic-version: ", request.head.anthropicVersion, to: &head)
        forward("anthropic-beta: ", request.head.anthropicBeta, to: &head)
        head.writeStaticString("\r\n")
    }

    private func forward(_ name: StaticString, _ value: Range<Int>?, to head: inout ByteBuffer) {
        guard let value else { return }
        head.writeStaticString(name)
        request.write(value, to: &head)
        head.writeStaticString("\r\n")
    }

    // MARK: The answer

    func receive(_ head: ResponseHead) {
        loop.tick()
        guard case .sent(let connection) = state, let reservation, let wanted else { return }
        state = .answering(connection)
        lastProgress = loop.deadline
        KillPoint.afterFirstByte.pass()
        answer = Answer(
            head, dialect: dialect, removesUsageChunk: !wanted.asksForUsage, reservation: reservation,
            answerLimit: services.configuration.answerLimit)
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
    private func prepareOutput() {
        guard isOutputWritten else { return }
        isOutputWritten = false
        output.clear()
        output.writeRepeatingByte(0, count: ClientConnection.chunkPrefix)
    }

    private func perform(_ step: Answer.Step) {
        switch step {
        case .goesOn: break
        case .ended(let bill):
            settle(bill)
            output.writeImmutableBuffer(last)
            writeOutput()
            beginAnswer()
            end { client in client.endStream() }
        case .whole(let body, let bill):
            let usage = settle(bill)
            loop.metrics.firstByte.observe(loop.deadline - startedAt)
            let type = answer?.contentType ?? "application/json"
            end { client in client.respond(200, contentType: type, body, usage: usage) }
        case .refused(let verdict, let body): refused(verdict, body)
        case .broken: brokeOff()
        }
    }

    /// All that came in one read has been told: what may go on goes out in one piece.
    func flush() {
        guard case .answering = state, answer?.isStream == true else { return }
        loop.tick()
        lastProgress = loop.deadline
        writeOutput()
        client.flush()
    }

    private func writeOutput() {
        guard !isOutputWritten, output.readableBytes > ClientConnection.chunkPrefix else { return }
        beginAnswer()
        client.write(&output)
        isOutputWritten = true
    }

    private func beginAnswer() {
        guard !hasBegunAnswer, let grant else { return }
        hasBegunAnswer = true
        body = ByteBuffer()
        client.freeBody()
        loop.metrics.firstByte.observe(loop.deadline - startedAt)
        client.startStream(
            contentType: answer?.contentType ?? "text/event-stream",
            usage: UsageFields(
                remaining: grant.remaining, percentUsed: grant.percentUsed, resets: grant.period.upperBound))
    }

    // MARK: Failures

    func upstreamFailed(isStale: Bool) {
        loop.tick()
        switch state {
        case .sent where isStale:
            // It was closed while it was idle, so nothing of this call was read there.
            attempts -= 1
            forward()
        case .sent:
            attemptFailed("connection", after: nil)
        case .answering: brokeOff()
        default: break
        }
    }

    private func refused(_ verdict: UpstreamVerdict, _ body: ByteBuffer) {
        switch verdict {
        case .clientFault:
            settle(.nothing)
            let status = answer?.status ?? 400
            end { client in client.respond(status, contentType: "application/json", body, usage: nil) }
        case .busy(let seconds):
            loop.metrics.upstreamFailed(reason: "busy")
            services.gate.slowDown(for: .seconds(seconds), now: loop.now)
            target?.failed(for: .seconds(seconds), now: loop.now)
            guard canTryAnother else {
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
    private var canTryAnother: Bool {
        guard attempts < Self.mostAttempts, let wanted, let target else { return false }
        let next = services.upstreams.target(
            model: wanted.model, tried: tried + [target], now: loop.now)
        return next.map { next in next !== target && !tried.contains { $0 === next } } ?? false
    }

    /// Nothing has been produced: the call can be tried elsewhere, with the same tokens set aside.
    private func attemptFailed(_ reason: String, after pause: Duration?) {
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

    private func tryAgain(after pause: Duration?) {
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

    private func fail(_ reason: String) {
        loop.metrics.upstreamFailed(reason: reason)
        settle(.nothing)
        end { client in client.respond(.upstreamUnavailable) }
    }

    /// The upstream gave up, or gave nothing for too long, in the middle of an answer.
    private func brokeOff(_ reason: String = "broken") {
        guard let answer else { return }
        if !answer.hasOutput, !hasBegunAnswer {
            cancelUpstream()
            attemptFailed(reason, after: nil)
            return
        }
        cancelUpstream()
        loop.metrics.upstreamFailed(reason: reason)
        services.logger.warning("an answer broke off", metadata: ["reason": "\(reason)"])
        settle(answer.bill(.broken(isCaughtUp: true)))
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
            // The prompt is being read; of an answer in one piece, nobody knows how much has been thought out.
            bill = reservation.map {
                Bill(UsageMeter(dialect), reservation: $0, ending: .broken(isCaughtUp: wanted?.streams ?? false))
            } ?? .nothing
        case .answering: bill = answer?.bill(.broken(isCaughtUp: isCaughtUp && answer?.isStream == true)) ?? .nothing
        case .reserving, .queued, .connecting, .over: bill = .nothing
        }
        cancelUpstream()
        settle(bill)
        end { _ in }
        request.end(status: 499, loop)
    }

    /// Whether little can have been produced that wasn't seen here.
    private var isCaughtUp: Bool { stalledSince.map { loop.deadline - $0 < .seconds(1) } ?? true }

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
            target?.failed(now: loop.now)
            settle(.nothing)
            end { client in client.respond(.upstreamUnavailable) }
        case .answering:
            let isSilent = stalledSince == nil && now - lastProgress > TimeAmount(timeouts.answerSilence)
            guard now >= deadline || isSilent else { return }
            brokeOff("timeout")
        case .reserving, .connecting, .over: break
        }
    }

    private func cancelUpstream() {
        switch state {
        case .sent(let connection), .answering(let connection): connection.cancel()
        default: break
        }
    }

    // MARK: The end

    @discardableResult
    private func settle(_ bill: Bill) -> UsageFields? {
        guard let ticket, let reservation, let grant else { return nil }
        self.ticket = nil
        KillPoint.beforeSettlement.pass()
        let now = loop.time
        services.journal.settle(ticket, bill.usage, isEstimated: bill.isEstimated, now: now)
        KillPoint.afterSettlement.pass()
        let (remaining, percentUsed) = caller.account.settle(
            reserved: reservation.total, used: bill.usage.total, periodStart: reservation.periodStart,
            now: loop.now)
        services.bookkeeper.add(reservation, caller.credential, bill, at: now, ticket)
        request.bill = bill
        loop.metrics.settled(
            bill, reserved: reservation.total, caller.credential, model: reservation.model,
            byCustomer: services.configuration.countsByCustomer)
        return UsageFields(remaining: remaining, percentUsed: percentUsed, resets: grant.period.upperBound)
    }

    private func refuse(_ refusal: Refusal) {
        end { client in client.respond(refusal) }
    }

    /// - Parameter respond: writes the answer's end.
    private func end(_ respond: (ClientConnection) -> Void) {
        if case .over = state { return }
        let wasAnswered = answer?.hasOutput ?? false
        if wasAnswered { target?.succeeded() }
        switch state {
        case .answering(let connection), .sent(let connection): connection.release(self)
        case .queued(let waiter): _ = services.gate.abandon(waiter)
        default: break
        }
        state = .over
        if holdsPlace {
            holdsPlace = false
            services.gate.leave(wasAnswered: wasAnswered, now: loop.now)
        }
        body = ByteBuffer()
        respond(client)
    }
}
