import Core
import Logging
import ModelAPI
import NIOCore

/// One model call, from its whole request to its settlement: sets tokens aside, waits for its turn, brings the answer back, and
/// is settled exactly once, before the answer's last byte goes out. Lives on its client's event loop.
final class Call {
    enum State {
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
    let client: ClientConnection
    let loop: ProxyLoop
    let caller: Caller
    var body: ByteBuffer
    var state = State.reserving
    var wanted: ModelRequest?
    /// Of an agent's call: which turn it belongs to.
    var turn: Int64?
    var wish: Allowance.Wish?
    /// Whether the upstream has been asked how many tokens the prompt has.
    var isEstimated = false
    var reservation: CallReservation?
    var grant: Account.Grant?
    var ticket: Journal.Ticket?
    var holdsPlace = false

    var target: UpstreamTarget?
    var tried: [UpstreamTarget] = []
    var attempts = 0
    /// Whether an idle connection turned out to be closed.
    var hasMetStale = false
    var answer: Answer?
    var hasBegunAnswer = false
    var output = ByteBuffer()
    var isOutputWritten = true
    var last = ByteBuffer()

    let startedAt: NIODeadline
    /// Until it was on its way to the upstream, and until its answer began.
    private var overhead: TimeAmount?
    var firstByte: TimeAmount?
    var lastProgress: NIODeadline
    /// When the upstream was last sent the call.
    var sentAt: NIODeadline
    var deadline: NIODeadline
    var backlog: Backlog

    static let mostAttempts = 3

    init(_ request: IncomingRequest, body: ByteBuffer, client: ClientConnection) {
        self.request = request
        self.body = body
        self.client = client
        loop = client.loop
        // A call begins only once its caller is known.
        caller = request.caller!
        startedAt = loop.deadline
        lastProgress = startedAt
        sentAt = startedAt
        backlog = Backlog(isWritable: client.isWritable, now: startedAt)
        deadline = startedAt + TimeAmount(loop.services.configuration.timeouts.answer)
    }

    var services: ProxyServices { loop.services }
    var timeouts: TokenProxyConfiguration.Timeouts { services.configuration.timeouts }
    var dialect: ModelDialect { request.dialect }

    // MARK: Reserving

    func start() {
        do throws(Refusal) {
            let wanted = try inspect()
            guard services.upstreams.has(model: wanted.model) else {
                throw .unknownModel(wanted.model, known: services.upstreams.models)
            }
            self.wanted = wanted
            request.model = wanted.model
            if let refusal = request.refusal { throw refusal }
            try countToTurn(wanted)
            KillPoint.beforeReservation.pass()
            try reserve(
                Allowance.Wish(
                    input: min(wanted.promptBound, services.configuration.contextWindow),
                    output: min(wanted.completionCap ?? .max, services.configuration.completionCap)))
        } catch {
            refuseOrEstimate(error)
        }
    }

    func inspect() throws(Refusal) -> ModelRequest {
        let result = body.withUnsafeReadableBytes { bytes -> Result<ModelRequest, ModelRequestFault> in
            Result { () throws(ModelRequestFault) in try ModelRequest(dialect, body: bytes) }
        }
        switch result {
        case .success(let request): return request
        case .failure(let fault): throw .invalid(fault)
        }
    }

    // MARK: Forwarding

    func takeTurn() {
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

    func turnHasCome() {
        loop.tick()
        // Whoever has gone meanwhile got a place all the same.
        guard case .queued = state else {
            services.gate.leave(wasAnswered: false, now: loop.now)
            return
        }
        holdsPlace = true
        forward()
    }

    func forward() {
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
                attemptFailed(.connection)
            case (.failure, _): break
            }
        }
    }

    func send(on connection: UpstreamConnection, _ endpoint: UpstreamTarget.Endpoint) {
        guard let wanted, let reservation, let target else { return }
        if let ticket { services.journal.markSent(ticket) }
        state = .sent(connection)
        sentAt = loop.deadline
        let edits = wanted.edits(
            quotedModel: target.quotedModels[wanted.model] ?? JSONText.quoted(wanted.model),
            completionCap: reservation.output, members: endpoint.members,
            thinking: dialect == .openAI
                ? target.thinking[wanted.model]?.change(isAgents: caller.credential.isAgents) : nil)
        let parts = body.applying(edits)
        var head = ByteBuffer()
        head.reserveCapacity(endpoint.head.utf8.count + 512 + (parts.count == 1 ? parts[0].readableBytes : 0))
        head.writeString(endpoint.head)
        writeFields(to: &head, bodyLength: parts.reduce(0) { $0 + $1.readableBytes }, endpoint.members)
        overhead = loop.deadline - startedAt
        if parts.count == 1, parts[0].readableBytes <= 16 << 10 {
            head.writeImmutableBuffer(parts[0])
            connection.send(head, body: [], for: self)
        } else {
            // It takes its time to leave.
            sentAt = .distantFuture
            connection.send(head, body: parts, for: self)
        }
    }

    /// The last byte of a large request has left.
    func wasSent() { sentAt = .now() }

    // MARK: The end

    @discardableResult
    func settle(_ bill: Bill) -> UsageFields? {
        guard let ticket, let reservation, let grant else { return nil }
        self.ticket = nil
        KillPoint.beforeSettlement.pass()
        let now = loop.time
        services.journal.settle(ticket, bill.usage, isEstimated: bill.isEstimated, now: now)
        KillPoint.afterSettlement.pass()
        let (remaining, percentUsed) = caller.account.settle(
            reserved: reservation.units, used: bill.usage.units, periodStart: reservation.periodStart,
            now: loop.now)
        services.bookkeeper.add(reservation, caller, bill, at: now, ticket)
        request.bill = bill
        loop.metrics.settled(
            bill, reserved: reservation.units, caller.credential, model: reservation.model,
            overhead: overhead, firstByte: firstByte, byCustomer: services.configuration.countsByCustomer)
        return UsageFields(remaining: remaining, percentUsed: percentUsed, resets: grant.period.upperBound)
    }

    /// Answers with an error; an agent's person reads it in words.
    func refuse(_ refusal: Refusal) {
        guard let notice = refusal.notice, let wanted, request.isReadByPeople, !isForSummary else {
            end { client in client.respond(refusal) }
            return
        }
        let reason = refusal.error.code ?? ""
        loop.metrics.told(reason: reason)
        let message = AssistantMessage(
            notice[caller.credential.language], model: wanted.model, id: request.requestID,
            created: loop.time.milliseconds / 1000)
        end { client in client.tell(message, streams: wanted.streams, asksForUsage: wanted.asksForUsage, reason: reason) }
    }

    /// Whether the answer is to stand for a conversation from now on: words of ours would take its place. So begins the prompt
    /// of OpenClaw's compaction (`SUMMARIZATION_SYSTEM_PROMPT` in its sources).
    private var isForSummary: Bool {
        body.readableBytesView.prefix(1024).contains("You are a context summarization assistant".utf8)
    }

    /// - Parameter respond: writes the answer's end.
    func end(_ respond: (ClientConnection) -> Void) {
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
        if client.isGone { loop.remove(client) }
    }
}
